using LlmRouting.Strategies;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures the weights of price and latency; only their proportion counts.</summary>
public sealed class CostLatencyOptions
{
    /// <summary>Gets or sets the weight of price when somebody waits.</summary>
    /// <value>At least 0; default 0.5.</value>
    public double InteractiveCostWeight { get; set; } = 0.5;

    /// <summary>Gets or sets the weight of latency when somebody waits.</summary>
    /// <value>At least 0; default 0.5.</value>
    public double InteractiveLatencyWeight { get; set; } = 0.5;

    /// <summary>Gets or sets the weight of price when nobody waits.</summary>
    /// <value>At least 0; default 0.95.</value>
    public double BackgroundCostWeight { get; set; } = 0.95;

    /// <summary>Gets or sets the weight of latency when nobody waits.</summary>
    /// <value>At least 0; default 0.05.</value>
    public double BackgroundLatencyWeight { get; set; } = 0.05;

    internal CostLatencySettings ToSettings() => new()
    {
        InteractiveCostWeight = InteractiveCostWeight,
        InteractiveLatencyWeight = InteractiveLatencyWeight,
        BackgroundCostWeight = BackgroundCostWeight,
        BackgroundLatencyWeight = BackgroundLatencyWeight,
    };
}
