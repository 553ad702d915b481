namespace LlmRouting.DependencyInjection;

/// <summary>Configures the cascade strategy, which is asked when <c>Strategies</c> lists "cascade" or when steps are given here.</summary>
public sealed class CascadeOptions
{
    /// <summary>Gets the steps, cheapest first.</summary>
    /// <value>Empty means every candidate that is better than all cheaper ones, by price.</value>
    public IList<CascadeStepOptions> Steps { get; } = [];

    /// <summary>Gets or sets what all steps of one request may cost together.</summary>
    /// <value>USD, at least 0; null means no ceiling; default null.</value>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>Gets the policies whose requests cascade.</summary>
    /// <value>Keys below <c>Policies</c>; empty means every request.</value>
    public IList<string> Policies { get; } = [];
}
