namespace LlmRouting.DependencyInjection;

/// <summary>Configures the semantic classifier, which <c>AddSemanticClassifier</c> adds.</summary>
public sealed class SemanticOptions
{
    /// <summary>Gets the routes: name to examples and what they mean.</summary>
    public IDictionary<string, SemanticRouteOptions> Routes { get; } = new Dictionary<string, SemanticRouteOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets how many of the nearest examples vote.</summary>
    /// <value>At least 1; default 3.</value>
    public int Neighbours { get; set; } = 3;

    /// <summary>Gets or sets how like an example a request must be for the example to count.</summary>
    /// <value>A cosine, -1 to 1; default 0.6.</value>
    public double MinSimilarity { get; set; } = 0.6;

    /// <summary>Gets or sets how many requests' embeddings are kept.</summary>
    /// <value>0 keeps none; default 1,024.</value>
    public int CacheSize { get; set; } = 1024;

    /// <summary>Gets or sets how long embedding one request may take.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how long the generator is left alone after it failed.</summary>
    /// <value>Default 15 seconds.</value>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(15);
}
