using System.Collections.Frozen;

namespace LlmRouting;

/// <summary>Sets floors and limits for one product surface.</summary>
/// <remarks>Immutable. A request names it in <see cref="RoutingHints.Policy"/>.</remarks>
public sealed record RoutingPolicy
{
    /// <summary>Gets the name that requests refer to.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the lowest quality that may serve this surface.</summary>
    /// <value>0 to 1; null means no floor; default null.</value>
    public double? MinQuality { get; init; }

    /// <summary>Gets the lowest tier that may serve this surface.</summary>
    /// <value>A tier's name; null means no floor; default null.</value>
    public string? MinTier { get; init; }

    /// <summary>Gets the longest expected time for a whole answer.</summary>
    /// <value>null means no limit; default null.</value>
    public TimeSpan? MaxLatency { get; init; }

    /// <summary>Gets the highest estimated cost of a call.</summary>
    /// <value>USD; null means no limit; default null.</value>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Gets how often a request may be sent again to an endpoint where it failed.</summary>
    /// <value>0 or more; null means <c>Execution:MaxRetries</c>; default null.</value>
    public int? MaxRetries { get; init; }

    /// <summary>Gets whether a request that waits long for its answer asks another endpoint or model as well.</summary>
    /// <value>null means <c>Execution:Hedging:Enabled</c>; default null.</value>
    public bool? Hedge { get; init; }

    /// <summary>Gets the tags that a model must carry, such as a region.</summary>
    /// <value>Empty by default.</value>
    public FrozenSet<string> RequiredTags { get; init; } = FrozenSet<string>.Empty;
}
