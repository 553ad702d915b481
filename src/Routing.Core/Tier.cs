namespace LlmRouting;

/// <summary>Is a class of models that serve requests up to some complexity.</summary>
/// <param name="Name">The name that models and rules refer to.</param>
/// <param name="MaxComplexity">The highest complexity that the tier serves, itself included; 0 to 1.</param>
public sealed record Tier(string Name, double MaxComplexity);
