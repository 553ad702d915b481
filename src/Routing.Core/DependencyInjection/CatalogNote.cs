namespace LlmRouting.DependencyInjection;

/// <summary>Says what a catalog added to a model.</summary>
/// <param name="Model">The model's alias.</param>
/// <param name="Catalog">The catalog.</param>
/// <param name="Fields">The fields, with commas; empty when the configuration says everything that the catalog does.</param>
internal sealed record CatalogNote(string Model, string Catalog, string Fields);
