using LlmRouting.Catalog;

namespace LlmRouting.DependencyInjection;

/// <summary>Looks configured models up in the catalogs, by the kind of their provider and its own name for them.</summary>
internal sealed class CatalogLookup(ModelCatalog catalog, LlmRoutingOptions options, List<string> errors, List<CatalogNote> notes)
{
    /// <summary>Fills what the configuration of a model leaves out.</summary>
    /// <returns>The same profile when no catalog holds the model.</returns>
    public ModelProfile Fill(ModelProfile profile, ModelOptions model)
    {
        if (Find(profile.Id, model) is not { } known)
        {
            return profile;
        }

        List<string> filled = [];
        ModelProfile full = CatalogFiller.Fill(profile, model.Capabilities is not null, known, filled);
        notes.Add(new CatalogNote(profile.Id, known.Source, string.Join(", ", filled)));
        return full;
    }

    // A model with several endpoints is described by the first of them that a catalog holds.
    private CatalogModel? Find(string id, ModelOptions model)
    {
        CatalogModel? known = Find(model.Provider, model.ModelId ?? id);
        foreach (EndpointOptions endpoint in model.Endpoints.Values)
        {
            known ??= Find(endpoint.Provider, endpoint.ModelId ?? model.ModelId ?? id);
        }

        return known;
    }

    private CatalogModel? Find(string? provider, string modelId) =>
        provider is not null && options.Providers.TryGetValue(provider, out ProviderOptions? settings) ? catalog.Find(settings.Kind ?? provider, modelId, errors) : null;
}
