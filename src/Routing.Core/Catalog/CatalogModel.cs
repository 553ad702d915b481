namespace LlmRouting.Catalog;

/// <summary>Holds what a catalog says of a model; null is what it does not say.</summary>
internal sealed record CatalogModel
{
    /// <summary>Gets the name of the catalog, for messages.</summary>
    public required string Source { get; init; }

    public ModelPrices Prices { get; init; } = ModelPrices.Unknown;

    public int? ContextTokens { get; init; }

    public int? MaxOutputTokens { get; init; }

    public ModelCapabilities? Capabilities { get; init; }

    public DateTimeOffset? DeprecatedOn { get; init; }
}
