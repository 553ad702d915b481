namespace LlmRouting.DependencyInjection;

/// <summary>Configures the floors and limits of one product surface.</summary>
public sealed class PolicyOptions
{
    /// <summary>Gets or sets the lowest quality.</summary>
    /// <value>0 to 1; null means no floor; default null.</value>
    public double? MinQuality { get; set; }

    /// <summary>Gets or sets the lowest tier.</summary>
    /// <value>A tier's name; null means no floor; default null.</value>
    public string? MinTier { get; set; }

    /// <summary>Gets or sets the longest expected time for an answer.</summary>
    /// <value>Positive; null means no limit; default null.</value>
    public TimeSpan? MaxLatency { get; set; }

    /// <summary>Gets or sets the highest estimated cost of a call.</summary>
    /// <value>USD, at least 0; null means no limit; default null.</value>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>Gets or sets how often a request may be sent again to an endpoint where it failed.</summary>
    /// <value>0 or more; null means <c>Execution:MaxRetries</c>; default null.</value>
    public int? MaxRetries { get; set; }

    /// <summary>Gets or sets whether a request that waits long for its answer asks another endpoint or model as well.</summary>
    /// <value>null means <c>Execution:Hedging:Enabled</c>; default null.</value>
    public bool? Hedge { get; set; }

    /// <summary>Gets the tags that a model must carry.</summary>
    public IList<string> RequiredTags { get; } = [];
}
