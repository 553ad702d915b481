namespace LlmRouting.Execution;

/// <summary>Holds the time limits of one attempt.</summary>
internal readonly record struct AttemptLimits(
    TimeSpan Attempt,
    TimeSpan? Open,
    TimeSpan FirstToken,
    TimeSpan Idle,
    TimeSpan? Stream,
    double MinCharactersPerSecond);
