using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Conversations;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using Microsoft.Extensions.AI;

namespace LlmRouting.DependencyInjection;

/// <summary>Translates the configuration into the router's own terms, and finds everything that is wrong with it at once.</summary>
/// <remarks>Validation and construction share this one reading, so what passes the first cannot fail the second.</remarks>
internal sealed class OptionsTranslator
{
    private readonly LlmRoutingOptions _options;
    private readonly RoutingParts _parts;
    private readonly string _root;
    private readonly List<string> _errors = [];
    private readonly List<string> _unused = [];

    private OptionsTranslator(LlmRoutingOptions options, RoutingParts parts)
    {
        _options = options;
        _parts = parts;
        _root = parts.Sections is [.., { Path: var path }] ? path : "LlmRouting";
    }

    public static TranslatedOptions Translate(LlmRoutingOptions options, RoutingParts parts) => new OptionsTranslator(options, parts).Translate();

    private TranslatedOptions Translate()
    {
        foreach (RoutingSection section in _parts.Sections)
        {
            ConfigurationKeys.Check(section, _errors);
        }

        CheckRatio(_options.MinConfidence, "MinConfidence");
        CheckPositive(_options.StrategyTimeout, "StrategyTimeout");
        CheckExecution();
        CheckWeights();
        TierLadder tiers = ReadTiers();
        ImmutableArray<TranslatedModel> models = ReadModels(tiers);
        FrozenSet<string> references = References(models);
        if (_options.DefaultModel is not null && !references.Contains(_options.DefaultModel))
        {
            _errors.Add($"{_root}:DefaultModel is '{_options.DefaultModel}', which is no model; models: {ListOf(models.Select(static model => model.Profile.Id))}.");
        }

        RoutingPipeline pipeline = new()
        {
            MinConfidence = _options.MinConfidence,
            StrategyTimeout = _options.StrategyTimeout,
            DefaultModel = _options.DefaultModel,
            Tiers = tiers,
            Policies = ReadPolicies(tiers),
            Execution = _options.Execution.ToSettings(),
            Classifiers = ReadClassifiers(),
            Strategies = ReadStrategies(tiers, new RuleReader(_root, tiers, references, models, _errors).Read(_options.Rules)),
            Constraints = _parts.Constraints,
            Validators = _parts.Validators,
            Observers = _parts.Observers,
            FailureClassifiers = _parts.FailureClassifiers,
        };

        // A provider's mistake shows once per model behind it, and is said once.
        return new(models, pipeline, [.. _unused], [.. _errors.Distinct()]);
    }

    private TierLadder ReadTiers()
    {
        if (_options.Tiers.Count == 0)
        {
            return TierLadder.Default;
        }

        try
        {
            // Written order is lost in a map, so a ladder is ordered by its thresholds, and two equal ones are the error to catch.
            return new TierLadder(_options.Tiers.Select(static pair => new Tier(pair.Key, pair.Value)));
        }
        catch (ArgumentException exception)
        {
            _errors.Add($"{_root}:Tiers: {FirstSentence(exception)}");
            return TierLadder.Default;
        }
    }

    private ImmutableArray<TranslatedModel> ReadModels(TierLadder tiers)
    {
        ImmutableArray<TranslatedModel>.Builder models = ImmutableArray.CreateBuilder<TranslatedModel>();
        Dictionary<string, ModelRegistration> registrations = new(StringComparer.OrdinalIgnoreCase);
        foreach (ModelRegistration registration in _parts.Models)
        {
            if (!registrations.TryAdd(registration.Id, registration))
            {
                _errors.Add($"Model '{registration.Id}' is added twice in code; ids must be unique (case does not count).");
            }
        }

        foreach ((string id, ModelOptions model) in _options.Models)
        {
            string path = $"{_root}:Models:{id}";
            registrations.Remove(id, out ModelRegistration? registration);
            if (registration?.Profile is not null)
            {
                _errors.Add($"{path} is given twice: here, and with facts of its own in code; ids must be unique (case does not count).");
            }

            ModelProfile profile = ToProfile(id, model);
            CheckProfile(profile, path, tiers);
            models.Add(new(profile, ReadEndpoints(id, model, path, registration is not null), registration));
        }

        foreach (ModelRegistration registration in _parts.Models)
        {
            if (!registrations.Remove(registration.Id))
            {
                continue;
            }

            if (registration.Profile is not { } profile)
            {
                _errors.Add($"{_root}:Models:{registration.Id} is missing: code adds a client for this model, whose facts the configuration must give.");
                continue;
            }

            CheckProfile(profile, $"Model '{registration.Id}'", tiers);
            models.Add(new(profile, [], registration));
        }

        if (models.Count == 0)
        {
            _errors.Add($"{_root}:Models is empty; configure at least one model, or add one in code.");
        }

        CheckReplacements(models);
        return models.ToImmutable();
    }

    private void CheckProfile(ModelProfile profile, string path, TierLadder tiers)
    {
        ImmutableArray<string>.Builder errors = ImmutableArray.CreateBuilder<string>();
        ModelSetValidator.CheckProfile(profile, path, errors);
        _errors.AddRange(errors);
        if (profile.Tier is not null && tiers.IndexOf(profile.Tier) < 0)
        {
            _errors.Add($"{path}:Tier is '{profile.Tier}', which is no tier; tiers: {ListOf(tiers.Tiers.Select(static tier => tier.Name))}.");
        }
    }

    private void CheckReplacements(IReadOnlyCollection<TranslatedModel> models)
    {
        Dictionary<string, ModelProfile> ids = new(StringComparer.OrdinalIgnoreCase);
        foreach (TranslatedModel model in models)
        {
            ids.TryAdd(model.Profile.Id, model.Profile);
        }

        ImmutableArray<string>.Builder errors = ImmutableArray.CreateBuilder<string>();
        foreach (ModelProfile profile in ids.Values)
        {
            ModelSetValidator.CheckReplacement(profile, ids, $"{_root}:Models:{profile.Id}:ReplacedBy", errors);
        }

        _errors.AddRange(errors);
    }

    private ImmutableArray<(string Name, ModelEndpointSettings Settings)> ReadEndpoints(string id, ModelOptions model, string path, bool hasClient)
    {
        bool hasProvider = !string.IsNullOrWhiteSpace(model.Provider);
        if (hasClient)
        {
            if (hasProvider || model.Endpoints.Count > 0)
            {
                _errors.Add($"{path} names a provider, but code adds a client for this model; keep one of the two.");
            }

            return [];
        }

        if (hasProvider == model.Endpoints.Count > 0)
        {
            _errors.Add(hasProvider
                ? $"{path} has both Provider and Endpoints; keep one of the two."
                : $"{path}:Provider is missing; name a provider, list Endpoints, or add the model's client in code.");
            return [];
        }

        ImmutableArray<(string, ModelEndpointSettings)>.Builder endpoints = ImmutableArray.CreateBuilder<(string, ModelEndpointSettings)>();
        if (hasProvider)
        {
            Add("default", model.Provider!, model.ModelId, $"{path}:Provider"); // not null: just tested
        }

        foreach ((string name, EndpointOptions endpoint) in model.Endpoints)
        {
            if (string.IsNullOrWhiteSpace(endpoint.Provider))
            {
                _errors.Add($"{path}:Endpoints:{name}:Provider is missing; name a provider: {ListOf(_options.Providers.Keys)}.");
            }
            else
            {
                Add(name, endpoint.Provider, endpoint.ModelId ?? model.ModelId, $"{path}:Endpoints:{name}:Provider");
            }
        }

        return endpoints.ToImmutable();

        void Add(string name, string provider, string? modelId, string providerPath)
        {
            if (ReadEndpoint(provider, modelId ?? id, providerPath) is { } settings)
            {
                endpoints.Add((name, settings));
            }
        }
    }

    private ModelEndpointSettings? ReadEndpoint(string name, string modelId, string path)
    {
        if (!_options.Providers.TryGetValue(name, out ProviderOptions? provider))
        {
            _errors.Add($"{path} is '{name}', which is not configured; providers: {ListOf(_options.Providers.Keys)}. Add it under {_root}:Providers.");
            return null;
        }

        string kind = provider.Kind ?? name;
        if (FindProvider(kind) is not { } factory)
        {
            _errors.Add($"{_root}:Providers:{name}:Kind is '{kind}', which no registered provider serves; kinds: {ListOf(_parts.Providers.Select(static known => known.Kind))}."
                + (_parts.Providers.IsEmpty ? " Did you forget .AddProviders()?" : ""));
            return null;
        }

        Uri? endpoint = null;
        if (provider.Endpoint is not null && !Uri.TryCreate(provider.Endpoint, UriKind.Absolute, out endpoint))
        {
            _errors.Add($"{_root}:Providers:{name}:Endpoint is '{provider.Endpoint}'; it must be an absolute address such as https://host/v1.");
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
            _errors.Add($"{_root}:Providers:{name}: {FirstSentence(exception)}");
        }

        return settings;
    }

    private List<RoutingPolicy> ReadPolicies(TierLadder tiers)
    {
        List<RoutingPolicy> policies = [];
        foreach ((string id, PolicyOptions policy) in _options.Policies)
        {
            string path = $"Policies:{id}";
            if (policy.MinQuality is { } quality)
            {
                CheckRatio(quality, $"{path}:MinQuality");
            }

            if (policy.MaxLatency is { } latency)
            {
                CheckPositive(latency, $"{path}:MaxLatency");
            }

            if (policy.MaxCostUsd < 0)
            {
                _errors.Add(FormattableString.Invariant($"{_root}:{path}:MaxCostUsd is {policy.MaxCostUsd}; it must not be negative."));
            }

            string? minTier = policy.MinTier;
            if (minTier is not null && tiers.IndexOf(minTier) < 0)
            {
                _errors.Add($"{_root}:{path}:MinTier is '{minTier}', which is no tier; tiers: {ListOf(tiers.Tiers.Select(static tier => tier.Name))}.");
                minTier = null;
            }

            policies.Add(new RoutingPolicy
            {
                Id = id,
                MinQuality = policy.MinQuality,
                MinTier = minTier,
                MaxLatency = policy.MaxLatency,
                MaxCostUsd = policy.MaxCostUsd,
                RequiredTags = policy.RequiredTags.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            });
        }

        return policies;
    }

    private List<IRoutingStrategy> ReadStrategies(TierLadder tiers, ImmutableArray<RoutingRule> rules)
    {
        IRoutingStrategy affinity = new ToolAffinityStrategy();
        IRoutingStrategy[] ours = [new RulesStrategy(rules), new TiersStrategy(tiers), new CostLatencyStrategy(tiers, _options.CostLatency.ToSettings())];
        return Select([affinity, .. _parts.Strategies, .. ours], _options.Strategies, _parts.Strategies, static strategy => strategy.Name, "Strategies", "strategy");
    }

    private List<IRequestClassifier> ReadClassifiers() =>
        Select([.. _parts.Classifiers, HeuristicReader.Read(_options.Heuristic, _root, _errors)], _options.Classifiers, _parts.Classifiers, static classifier => classifier.Name, "Classifiers", "classifier");

    private List<T> Select<T>(IReadOnlyList<T> known, IList<string>? names, ImmutableArray<T> added, Func<T, string> nameOf, string key, string what)
        where T : class
    {
        Dictionary<string, T> byName = new(StringComparer.OrdinalIgnoreCase);
        foreach (T item in known)
        {
            if (!byName.TryAdd(nameOf(item), item))
            {
                _errors.Add($"The {what} '{nameOf(item)}' is registered twice; names must be unique (case does not count), and built-in ones are taken.");
            }
        }

        if (names is null)
        {
            return [.. byName.Values];
        }

        List<T> selected = [];
        for (int i = 0; i < names.Count; i++)
        {
            if (!byName.TryGetValue(names[i], out T? item))
            {
                _errors.Add($"{_root}:{key}:{i} is '{names[i]}', which is no registered {what}; registered: {ListOf(byName.Keys)}.");
            }
            else if (selected.Contains(item))
            {
                _errors.Add($"{_root}:{key}:{i} is '{names[i]}', which is listed already.");
            }
            else
            {
                selected.Add(item);
            }
        }

        _unused.AddRange(added.Where(item => !selected.Contains(item)).Select(item => $"{what} '{nameOf(item)}'"));
        return selected;
    }

    private void CheckExecution()
    {
        ExecutionOptions execution = _options.Execution;
        if (execution.MaxAttempts < 1)
        {
            _errors.Add(FormattableString.Invariant($"{_root}:Execution:MaxAttempts is {execution.MaxAttempts}; it must be at least 1."));
        }

        CheckPositive(execution.TotalTimeout, "Execution:TotalTimeout");
        CheckPositive(execution.AttemptTimeout, "Execution:AttemptTimeout");
        CheckPositive(execution.FirstTokenTimeout, "Execution:FirstTokenTimeout");
        CheckPositive(execution.IdleTimeout, "Execution:IdleTimeout");
    }

    private void CheckWeights()
    {
        CostLatencyOptions weights = _options.CostLatency;
        CheckWeight(weights.InteractiveCostWeight, nameof(weights.InteractiveCostWeight));
        CheckWeight(weights.InteractiveLatencyWeight, nameof(weights.InteractiveLatencyWeight));
        CheckWeight(weights.BackgroundCostWeight, nameof(weights.BackgroundCostWeight));
        CheckWeight(weights.BackgroundLatencyWeight, nameof(weights.BackgroundLatencyWeight));

        void CheckWeight(double weight, string name)
        {
            if (!(weight >= 0 && double.IsFinite(weight)))
            {
                _errors.Add(FormattableString.Invariant($"{_root}:CostLatency:{name} is {weight}; a weight must be 0 or more."));
            }
        }
    }

    private void CheckRatio(double value, string path)
    {
        if (value is not (>= 0 and <= 1))
        {
            _errors.Add(FormattableString.Invariant($"{_root}:{path} is {value}; it must be between 0 and 1."));
        }
    }

    private void CheckPositive(TimeSpan value, string path)
    {
        // Timers take no more than about 49 days.
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(49))
        {
            _errors.Add($"{_root}:{path} is {value}; it must be longer than zero and at most 49 days.");
        }
    }

    private IModelProvider? FindProvider(string kind)
    {
        foreach (IModelProvider provider in _parts.Providers)
        {
            if (string.Equals(provider.Kind, kind, StringComparison.OrdinalIgnoreCase))
            {
                return provider;
            }
        }

        return null;
    }

    private static FrozenSet<string> References(ImmutableArray<TranslatedModel> models)
    {
        HashSet<string> references = new(StringComparer.OrdinalIgnoreCase);
        foreach (ModelProfile profile in models.Select(static model => model.Profile))
        {
            AddReference(profile.Id, profile.Version);
            AddReference(profile.Family, profile.Version);
        }

        return references.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

        void AddReference(string? name, string? version)
        {
            if (name is null)
            {
                return;
            }

            references.Add(name);
            if (version is not null)
            {
                references.Add($"{name}@{version}");
            }
        }
    }

    private static ModelProfile ToProfile(string id, ModelOptions model) => new()
    {
        Id = id,
        Tier = model.Tier,
        Quality = model.Quality,
        QualityByCategory = model.QualityByCategory.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        InputUsdPerMillionTokens = model.InputUsdPerMillionTokens,
        OutputUsdPerMillionTokens = model.OutputUsdPerMillionTokens,
        CachedInputUsdPerMillionTokens = model.CachedInputUsdPerMillionTokens,
        ContextTokens = model.ContextTokens,
        MaxOutputTokens = model.MaxOutputTokens,
        Capabilities = model.Capabilities,
        SupportsStreaming = model.SupportsStreaming,
        TypicalLatency = model.TypicalLatency,
        Tags = model.Tags.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        Family = model.Family,
        Version = model.Version,
        DeprecatedOn = model.DeprecatedOn,
        RetiresOn = model.RetiresOn,
        ReplacedBy = model.ReplacedBy,
    };

    private static string ListOf(IEnumerable<string> names)
    {
        string list = string.Join(", ", names.Order(StringComparer.OrdinalIgnoreCase));
        return list.Length == 0 ? "none" : list;
    }

    // ArgumentException appends the parameter's name, which means nothing to somebody who edits a file.
    private static string FirstSentence(ArgumentException exception)
    {
        int suffix = exception.Message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? exception.Message : exception.Message[..suffix];
    }
}
