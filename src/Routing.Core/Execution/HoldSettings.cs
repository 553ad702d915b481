namespace LlmRouting.Execution;

/// <summary>Bounds how much of a streamed answer is held back until its validators have accepted it.</summary>
/// <remarks>Immutable. Without validators nothing is held back but what comes before the first content.</remarks>
public sealed record HoldSettings
{
    /// <summary>Gets how many updates are held.</summary>
    /// <value>At least 1; default 16,384. A stream that brings more than that before its first content is malformed, whatever <see cref="OnLimit"/> says.</value>
    public int MaxUpdates { get; init; } = 16_384;

    /// <summary>Gets how much text is held.</summary>
    /// <value>UTF-16 code units, at least 1; default 1 Mi.</value>
    public int MaxCharacters { get; init; } = 1 << 20;

    /// <summary>Gets for how long an answer is held, from its first content on.</summary>
    /// <value>Positive; null means for as long as it takes; default null. Looked at whenever an update comes; silence is bounded by
    /// <see cref="ExecutionSettings.IdleTimeout"/>.</value>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>Gets what happens when a bound is reached first.</summary>
    /// <value>Default <see cref="HeldLimitPolicy.Commit"/>.</value>
    public HeldLimitPolicy OnLimit { get; init; } = HeldLimitPolicy.Commit;
}
