using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Models;
using Microsoft.Extensions.AI;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the models, from the configuration and from what the host's code adds.</summary>
internal sealed class ModelReader(LlmRoutingOptions options, RoutingParts parts, string root, TierLadder tiers, CatalogLookup catalog, List<string> errors)
{
    public ImmutableArray<TranslatedModel> Read()
    {
        ImmutableArray<TranslatedModel>.Builder models = ImmutableArray.CreateBuilder<TranslatedModel>();
        Dictionary<string, ModelRegistration> registrations = new(StringComparer.OrdinalIgnoreCase);
        foreach (ModelRegistration registration in parts.Models)
        {
            if (!registrations.TryAdd(registration.Id, registration))
            {
                errors.Add($"Model '{registration.Id}' is added twice in code; ids must be unique (case does not count).");
            }
        }

        foreach ((string id, ModelOptions model) in options.Models)
        {
            string path = $"{root}:Models:{id}";
            registrations.Remove(id, out ModelRegistration? registration);
            if (registration?.Profile is not null)
            {
                errors.Add($"{path} is given twice: here, and with facts of its own in code; ids must be unique (case does not count).");
            }

            ModelProfile profile = catalog.Fill(ToProfile(id, model), model);
            CheckProfile(profile, path);
            models.Add(new(profile, ReadEndpoints(id, model, path, registration is not null), registration));
        }

        foreach (ModelRegistration registration in parts.Models)
        {
            if (!registrations.Remove(registration.Id))
            {
                continue;
            }

            if (registration.Profile is not { } profile)
            {
                errors.Add($"{root}:Models:{registration.Id} is missing: code adds a client for this model, whose facts the configuration must give.");
                continue;
            }

            CheckProfile(profile, $"Model '{registration.Id}'");
            models.Add(new(profile, [], registration));
        }

        if (models.Count == 0)
        {
            errors.Add($"{root}:Models is empty; configure at least one model, or add one in code.");
        }

        CheckReplacements(models);
        return models.ToImmutable();
    }

    private void CheckProfile(ModelProfile profile, string path)
    {
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        ModelSetValidator.CheckProfile(profile, path, found);
        errors.AddRange(found);
        if (profile.Tier is not null && tiers.IndexOf(profile.Tier) < 0)
        {
            errors.Add($"{path}:Tier is '{profile.Tier}', which is no tier; tiers: {OptionsTranslator.ListOf(tiers.Tiers.Select(static tier => tier.Name))}.");
        }
    }

    private void CheckReplacements(IReadOnlyCollection<TranslatedModel> models)
    {
        Dictionary<string, ModelProfile> ids = new(StringComparer.OrdinalIgnoreCase);
        foreach (TranslatedModel model in models)
        {
            ids.TryAdd(model.Profile.Id, model.Profile);
        }

        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        foreach (ModelProfile profile in ids.Values)
        {
            ModelSetValidator.CheckReplacement(profile, ids, $"{root}:Models:{profile.Id}:ReplacedBy", found);
        }

        errors.AddRange(found);
    }

    private ImmutableArray<(string Name, ModelEndpointSettings Settings, EndpointLoadSettings Load)> ReadEndpoints(string id, ModelOptions model, string path, bool hasClient)
    {
        bool hasProvider = !string.IsNullOrWhiteSpace(model.Provider);
        if (hasClient)
        {
            if (hasProvider || model.Endpoints.Count > 0)
            {
                errors.Add($"{path} names a provider, but code adds a client for this model; keep one of the two.");
            }

            return [];
        }

        if (hasProvider == model.Endpoints.Count > 0)
        {
            errors.Add(hasProvider
                ? $"{path} has both Provider and Endpoints; keep one of the two."
                : $"{path}:Provider is missing; name a provider, list Endpoints, or add the model's client in code.");
            return [];
        }

        ImmutableArray<(string, ModelEndpointSettings, EndpointLoadSettings)>.Builder endpoints = ImmutableArray.CreateBuilder<(string, ModelEndpointSettings, EndpointLoadSettings)>();
        if (hasProvider)
        {
            Add("default", model.Provider!, model.ModelId, $"{path}:Provider", EndpointLoadSettings.Default); // not null: just tested
        }

        foreach ((string name, EndpointOptions endpoint) in model.Endpoints)
        {
            if (string.IsNullOrWhiteSpace(endpoint.Provider))
            {
                errors.Add($"{path}:Endpoints:{name}:Provider is missing; name a provider: {OptionsTranslator.ListOf(options.Providers.Keys)}.");
            }
            else
            {
                EndpointLoadSettings load = endpoint.ToLoad();
                int found = errors.Count;
                errors.AddRange(load.FindErrors($"{path}:Endpoints:{name}"));
                Add(
                    name, endpoint.Provider, endpoint.ModelId ?? model.ModelId, $"{path}:Endpoints:{name}:Provider",
                    errors.Count == found ? load : EndpointLoadSettings.Default);
            }
        }

        return endpoints.ToImmutable();

        void Add(string name, string provider, string? modelId, string providerPath, EndpointLoadSettings load)
        {
            if (ReadEndpoint(provider, modelId ?? id, providerPath) is { } settings)
            {
                endpoints.Add((name, settings, load));
            }
        }
    }

    private ModelEndpointSettings? ReadEndpoint(string name, string modelId, string path)
    {
        if (!options.Providers.TryGetValue(name, out ProviderOptions? provider))
        {
            errors.Add($"{path} is '{name}', which is not configured; providers: {OptionsTranslator.ListOf(options.Providers.Keys)}. Add it under {root}:Providers.");
            return null;
        }

        string kind = provider.Kind ?? name;
        if (FindProvider(kind) is not { } factory)
        {
            errors.Add($"{root}:Providers:{name}:Kind is '{kind}', which no registered provider serves; kinds: {OptionsTranslator.ListOf(parts.Providers.Select(static known => known.Kind))}."
                + (parts.Providers.IsEmpty ? " Did you forget .AddProviders()?" : ""));
            return null;
        }

        Uri? endpoint = null;
        if (provider.Endpoint is not null && !Uri.TryCreate(provider.Endpoint, UriKind.Absolute, out endpoint))
        {
            errors.Add($"{root}:Providers:{name}:Endpoint is '{provider.Endpoint}'; it must be an absolute address such as https://host/v1.");
            return null;
        }

        ModelEndpointSettings settings = new()
        {
            Provider = name,
            Kind = factory.Kind,
            ModelId = modelId,
            Endpoint = endpoint,
            ApiKey = string.IsNullOrWhiteSpace(provider.ApiKey) ? null : provider.ApiKey,
            Properties = provider.Properties
                .Concat(provider.Headers.Select(static header => KeyValuePair.Create($"Header:{header.Key}", header.Value)))
                .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        };
        try
        {
            // Making a client opens no connection; it is the only one who knows what its kind needs.
            using IChatClient probe = factory.CreateClient(settings);
        }
        catch (ArgumentException exception)
        {
            errors.Add($"{root}:Providers:{name}: {OptionsTranslator.WithoutParameter(exception)}");
        }
        catch (Exception exception)
        {
            // Only its type: nobody promised that its message holds no key.
            errors.Add($"{root}:Providers:{name}: making a client of kind '{kind}' failed with {exception.GetType().Name}.");
        }

        return settings;
    }

    private IModelProvider? FindProvider(string kind)
    {
        foreach (IModelProvider provider in parts.Providers)
        {
            if (string.Equals(provider.Kind, kind, StringComparison.OrdinalIgnoreCase))
            {
                return provider;
            }
        }

        return null;
    }

    private static ModelProfile ToProfile(string id, ModelOptions model) => new()
    {
        Id = id,
        Tier = model.Tier,
        Quality = model.Quality,
        QualityByCategory = model.QualityByCategory.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        Prices = PriceReader.Read(model),
        ContextTokens = model.ContextTokens,
        MaxOutputTokens = model.MaxOutputTokens,
        Capabilities = model.Capabilities ?? ModelCapabilities.None,
        SupportsStreaming = model.SupportsStreaming,
        TypicalLatency = model.TypicalLatency,
        Tags = model.Tags.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        Family = model.Family,
        Version = model.Version,
        DeprecatedOn = model.DeprecatedOn,
        RetiresOn = model.RetiresOn,
        ReplacedBy = model.ReplacedBy,
    };
}
