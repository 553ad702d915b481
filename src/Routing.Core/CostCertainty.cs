namespace LlmRouting;

/// <summary>Says how well a cost is known; the larger the value, the less.</summary>
public enum CostCertainty
{
    /// <summary>From the provider's own usage figures and known prices.</summary>
    Exact,

    /// <summary>From estimated token counts and known prices.</summary>
    Estimated,

    /// <summary>A lower bound: the call ended early, and the provider may bill more.</summary>
    AtLeast,

    /// <summary>A price is not known; the amount covers the known part only.</summary>
    Unknown,
}
