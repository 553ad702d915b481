using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Admission;
using LlmRouting.Budgets;
using LlmRouting.Catalog;
using LlmRouting.Conversations;
using LlmRouting.DecisionLog;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;

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
            ConfigurationKeys.Check(section, _parts.Extensions, _errors);
        }

        CheckRatio(_options.MinConfidence, "MinConfidence");
        CheckPositive(_options.StrategyTimeout, "StrategyTimeout");
        _errors.AddRange(_options.Execution.ToSettings().FindErrors().Select(error => $"{_root}:{error}"));
        AdmissionSettings? admission = _options.Admission.ToSettings();
        _errors.AddRange((admission?.FindErrors() ?? []).Select(error => $"{_root}:{error}"));
        DecisionLogSettings? log = _options.DecisionLog.ToSettings();
        _errors.AddRange((log?.FindErrors() ?? []).Select(error => $"{_root}:{error}"));
        CheckWeights();
        TierLadder tiers = ReadTiers();
        foreach (string tier in _options.Execution.Tiers.Keys.Where(tier => tiers.IndexOf(tier) < 0))
        {
            _errors.Add($"{_root}:Execution:Tiers:{tier} is no tier; tiers: {ListOf(tiers.Tiers.Select(static known => known.Name))}.");
        }

        List<CatalogNote> fromCatalog = [];
        ImmutableArray<TranslatedModel> models = ReadModels(tiers, fromCatalog);
        FrozenSet<string> references = References(models);
        CheckModel(_options.DefaultModel, nameof(_options.DefaultModel), references, models);
        CheckModel(_options.ReferenceModel, nameof(_options.ReferenceModel), references, models);

        RoutingPipeline pipeline = new()
        {
            MinConfidence = _options.MinConfidence,
            StrategyTimeout = _options.StrategyTimeout,
            DefaultModel = _options.DefaultModel,
            ReferenceModel = _options.ReferenceModel,
            Tiers = tiers,
            Policies = ReadPolicies(tiers),
            Execution = _options.Execution.ToSettings(),
            Classifiers = ReadClassifiers(tiers),
            Strategies = ReadStrategies(tiers, new RuleReader(_root, tiers, references, models, _errors).Read(_options.Rules), CascadeReader.Read(_options, _root, references, _errors)),
            Constraints = _parts.Constraints,
            Validators = _parts.Validators,
            Observers = _parts.Observers,
            FailureClassifiers = _parts.FailureClassifiers,
        };
        List<BudgetRule> budgets = BudgetReader.Read(_options, _root, models, _errors);

        // A provider's mistake shows once per model behind it, and is said once.
        return new(models, pipeline, [.. budgets], admission, log, [.. _unused], [.. fromCatalog], [.. _errors.Distinct()]);
    }

    private void CheckModel(string? reference, string key, FrozenSet<string> references, ImmutableArray<TranslatedModel> models)
    {
        if (reference is not null && !references.Contains(reference))
        {
            _errors.Add($"{_root}:{key} is '{reference}', which is no model; models: {ListOf(models.Select(static model => model.Profile.Id))}.");
        }
    }

    private ImmutableArray<TranslatedModel> ReadModels(TierLadder tiers, List<CatalogNote> fromCatalog)
    {
        List<string> wrong = [];
        using ModelCatalog catalog = new(_options.Catalog.Concat(_parts.Catalogs.SelectMany(static added => added.Names)), wrong);
        ImmutableArray<TranslatedModel> models = new ModelReader(_options, _parts, _root, tiers, new CatalogLookup(catalog, _options, wrong, fromCatalog), _errors).Read();
        _errors.AddRange(wrong.Select(error => $"{_root}:Catalog: {error}"));
        return models;
    }

    private TierLadder ReadTiers()
    {
        if (_options.Tiers.Count == 0)
        {
            return TierLadder.Default;
        }

        CheckUsualOrder();
        try
        {
            // Written order is lost in a map, so a ladder is ordered by its thresholds.
            return new TierLadder(_options.Tiers.Select(static pair => new Tier(pair.Key, pair.Value)));
        }
        catch (ArgumentException exception)
        {
            _errors.Add($"{_root}:Tiers: {WithoutParameter(exception)}");
            return TierLadder.Default;
        }
    }

    // Names of the host's own can stand in any order; those that everybody knows have one.
    private void CheckUsualOrder()
    {
        Tier[] usual = [.. TierLadder.Default.Tiers.Where(tier => _options.Tiers.ContainsKey(tier.Name))];
        for (int i = 1; i < usual.Length; i++)
        {
            (string lower, string higher) = (usual[i - 1].Name, usual[i].Name);
            if (_options.Tiers[lower] >= _options.Tiers[higher])
            {
                _errors.Add(FormattableString.Invariant(
                    $"{_root}:Tiers:{lower} is {_options.Tiers[lower]} and {higher} is {_options.Tiers[higher]}; '{lower}' must end below '{higher}'."));
            }
        }
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

            if (policy.MaxRetries < 0)
            {
                _errors.Add(FormattableString.Invariant($"{_root}:{path}:MaxRetries is {policy.MaxRetries}; it must not be negative."));
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
                MaxRetries = policy.MaxRetries,
                Hedge = policy.Hedge,
                RequiredTags = policy.RequiredTags.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            });
        }

        return policies;
    }

    private List<IRoutingStrategy> ReadStrategies(TierLadder tiers, ImmutableArray<RoutingRule> rules, CascadeSettings cascade)
    {
        // A cascade changes what every request costs, so it waits to be asked for.
        bool hasCascade = !cascade.Steps.IsEmpty || _options.Strategies?.Contains("cascade", StringComparer.OrdinalIgnoreCase) == true;
        List<IRoutingStrategy> known = [new ToolAffinityStrategy(), .. _parts.Strategies, new RulesStrategy(rules)];
        if (hasCascade)
        {
            known.Add(new CascadeStrategy(cascade));
        }

        known.AddRange([new TiersStrategy(tiers), new CostLatencyStrategy(tiers, _options.CostLatency.ToSettings())]);
        return Select(known, _options.Strategies, _parts.Strategies, static strategy => strategy.Name, "Strategies", "strategy");
    }

    private List<IRequestClassifier> ReadClassifiers(TierLadder tiers)
    {
        List<IRequestClassifier> known = [.. _parts.Classifiers, HeuristicReader.Read(_options.Heuristic, tiers, _root, _errors)];
        if (SemanticReader.Read(_options.Semantic, _parts.Semantic, tiers, _root, _errors) is { } semantic)
        {
            // It may call a service, so only those requests reach it of which the heuristic is not sure.
            known.Add(semantic);
        }

        return Select(known, _options.Classifiers, _parts.Classifiers, static classifier => classifier.Name, "Classifiers", "classifier");
    }

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

    private static FrozenSet<string> References(ImmutableArray<TranslatedModel> models) =>
        models.SelectMany(static model => model.Profile.References()).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    internal static string ListOf(IEnumerable<string> names)
    {
        string list = string.Join(", ", names.Order(StringComparer.OrdinalIgnoreCase));
        return list.Length == 0 ? "none" : list;
    }

    // ArgumentException appends the parameter's name, which means nothing to somebody who edits a file.
    internal static string WithoutParameter(ArgumentException exception)
    {
        int suffix = exception.Message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? exception.Message : exception.Message[..suffix];
    }
}
