namespace LlmRouting.Strategies;

/// <summary>Weighs price against speed.</summary>
/// <remarks>Immutable. Weights are relative: only their proportion counts.</remarks>
public sealed record CostLatencySettings
{
    /// <summary>Gets the weight of price when somebody waits.</summary>
    /// <value>At least 0; default 0.5.</value>
    public double InteractiveCostWeight { get; init; } = 0.5;

    /// <summary>Gets the weight of latency when somebody waits.</summary>
    /// <value>At least 0; default 0.5.</value>
    public double InteractiveLatencyWeight { get; init; } = 0.5;

    /// <summary>Gets the weight of price when nobody waits.</summary>
    /// <value>At least 0; default 0.95.</value>
    public double BackgroundCostWeight { get; init; } = 0.95;

    /// <summary>Gets the weight of latency when nobody waits.</summary>
    /// <value>At least 0; default 0.05.</value>
    public double BackgroundLatencyWeight { get; init; } = 0.05;
}
