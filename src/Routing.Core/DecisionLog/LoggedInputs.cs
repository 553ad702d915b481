using System.Collections.Frozen;
using System.Collections.Immutable;

namespace LlmRouting.DecisionLog;

/// <summary>Is what a logged decision was made from, beside the request's features.</summary>
/// <remarks>Immutable.</remarks>
internal sealed record LoggedInputs
{
    public bool IsStreaming { get; init; }

    public string? Asked { get; init; }

    public string? Policy { get; init; }

    public string? UserTier { get; init; }

    public RequestPriority Priority { get; init; }

    public TimeSpan? MaxLatency { get; init; }

    public decimal? MaxCostUsd { get; init; }

    public string? KeptBy { get; init; }

    /// <summary>Gets the soft constraints that excluded a model, or would have.</summary>
    public ImmutableArray<string> Soft { get; init; } = [];

    /// <summary>Gets the measured latencies of the models that were in service; null where none was measured.</summary>
    public required FrozenDictionary<string, TimeSpan?> Latencies { get; init; }

    public ImmutableArray<RecordedAnswer> Answers { get; init; } = [];

    public ImmutableArray<RecordedVerdict> Verdicts { get; init; } = [];
}
