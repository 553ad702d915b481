using LlmRouting.Execution;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures how much of a streamed answer is held back for validators; see <see cref="HoldSettings"/> for what it means.</summary>
public sealed class HoldOptions
{
    /// <summary>Gets or sets how many updates are held.</summary>
    /// <value>At least 1; default 16,384.</value>
    public int MaxUpdates { get; set; } = 16_384;

    /// <summary>Gets or sets how much text is held.</summary>
    /// <value>UTF-16 code units, at least 1; default 1 Mi.</value>
    public int MaxCharacters { get; set; } = 1 << 20;

    /// <summary>Gets or sets for how long an answer is held, from its first content on.</summary>
    /// <value>Positive; null means for as long as it takes; default null.</value>
    public TimeSpan? MaxTime { get; set; }

    /// <summary>Gets or sets what happens when a bound is reached first.</summary>
    /// <value>Default <see cref="HeldLimitPolicy.Commit"/>.</value>
    public HeldLimitPolicy OnLimit { get; set; } = HeldLimitPolicy.Commit;

    internal HoldSettings ToSettings() => new()
    {
        MaxUpdates = MaxUpdates,
        MaxCharacters = MaxCharacters,
        MaxTime = MaxTime,
        OnLimit = OnLimit,
    };
}
