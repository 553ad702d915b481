namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Says what became of one request of a chaos run.</summary>
internal sealed record ChaosResult
{
    public required ChaosEnding Ending { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public int Attempts { get; init; }

    public int ExactAttempts { get; init; }

    public int DriftingAttempts { get; init; }

    public decimal DriftUsd { get; init; }

    public bool IsMiscounted { get; init; }

    /// <summary>Gets what to look at when something is wrong.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Says how a request of a chaos run ended for its caller.</summary>
internal enum ChaosEnding
{
    Served,
    Lost,
    Duplicated,
    TruncatedReported,
    TruncatedSilent,
    Failed,
    GaveUp,
}
