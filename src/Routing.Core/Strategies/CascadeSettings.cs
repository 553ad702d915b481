using System.Collections.Immutable;

namespace LlmRouting.Strategies;

/// <summary>Says how a cascade climbs.</summary>
/// <remarks>Immutable.</remarks>
public sealed record CascadeSettings
{
    /// <summary>Gets the steps, cheapest first.</summary>
    /// <value>Empty means every candidate that is better than all cheaper ones, by price; default empty.</value>
    public ImmutableArray<CascadeStep> Steps { get; init; } = [];

    /// <summary>Gets what all steps of one request may cost together.</summary>
    /// <value>USD; a step whose estimate would exceed it is not taken; null means no ceiling; default null.</value>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Gets the policies whose requests cascade.</summary>
    /// <value>Compared ignoring case; empty means every request; default empty.</value>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>Gets how sure the strategy is.</summary>
    /// <value>0 to 1; default 0.9.</value>
    public double Confidence { get; init; } = 0.9;
}
