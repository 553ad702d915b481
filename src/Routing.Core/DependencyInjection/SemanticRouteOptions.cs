namespace LlmRouting.DependencyInjection;

/// <summary>Configures one route of the semantic classifier.</summary>
public sealed class SemanticRouteOptions
{
    /// <summary>Gets or sets the tier that serves such requests.</summary>
    /// <value>Its middle is their complexity; null when <see cref="Complexity"/> is given.</value>
    public string? Tier { get; set; }

    /// <summary>Gets or sets how hard such requests are.</summary>
    /// <value>0 to 1; null when <see cref="Tier"/> is given.</value>
    public double? Complexity { get; set; }

    /// <summary>Gets or sets the category of such requests.</summary>
    /// <value>null leaves it open; default null.</value>
    public string? Category { get; set; }

    /// <summary>Gets what users say.</summary>
    public IList<string> Examples { get; } = [];

    /// <summary>Gets or sets how like an example a request must be.</summary>
    /// <value>A cosine, -1 to 1; null takes <see cref="SemanticOptions.MinSimilarity"/>; default null.</value>
    public double? MinSimilarity { get; set; }
}
