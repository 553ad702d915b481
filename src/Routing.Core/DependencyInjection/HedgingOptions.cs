using LlmRouting.Execution;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures second attempts beside slow ones; see <see cref="HedgingSettings"/> for what it means.</summary>
public sealed class HedgingOptions
{
    /// <summary>Gets or sets whether requests are hedged whose policy does not say.</summary>
    /// <value>Default false.</value>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets how long the first answer is waited for alone.</summary>
    /// <value>Positive; null means for as long as <see cref="Percentile"/> of the endpoint's calls take; default null.</value>
    public TimeSpan? Delay { get; set; }

    /// <summary>Gets or sets how many of an endpoint's calls are quicker than the time for which it is waited alone.</summary>
    /// <value>Above 0 and below 1; default 0.95.</value>
    public double Percentile { get; set; } = 0.95;

    /// <summary>Gets or sets how many calls of an endpoint must be known for that.</summary>
    /// <value>1 to 256; default 20.</value>
    public int MinSamples { get; set; } = 20;

    /// <summary>Gets or sets the share of requests that may be hedged.</summary>
    /// <value>Above 0, at most 1; default 0.05.</value>
    public double MaxShare { get; set; } = 0.05;

    /// <summary>Gets or sets whether requests that offer tools are hedged too.</summary>
    /// <value>Default false.</value>
    public bool AllowTools { get; set; }

    internal HedgingSettings ToSettings() => new()
    {
        Enabled = Enabled,
        Delay = Delay,
        Percentile = Percentile,
        MinSamples = MinSamples,
        MaxShare = MaxShare,
        AllowTools = AllowTools,
    };
}
