using System.Collections.Immutable;

namespace LlmRouting.DependencyInjection;

/// <summary>Is one call of <c>AddModelCatalog</c>.</summary>
/// <param name="Names">Paths, or the name of the catalog that ships with the library.</param>
internal sealed record CatalogRegistration(ImmutableArray<string> Names);
