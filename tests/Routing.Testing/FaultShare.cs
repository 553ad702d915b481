namespace LlmRouting.Testing;

/// <summary>Says how often a fault happens.</summary>
/// <param name="Ratio">The share of calls; 0 to 1.</param>
/// <param name="Fault">What happens to them.</param>
public readonly record struct FaultShare(double Ratio, Fault Fault);
