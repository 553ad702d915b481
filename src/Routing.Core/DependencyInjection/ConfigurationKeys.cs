using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace LlmRouting.DependencyInjection;

/// <summary>Finds keys in the configuration that no setting has: typos, mostly.</summary>
/// <remarks>
/// The binder can refuse unknown keys too, but names neither the path nor the nearest key, and stops at the first. The names below are kept
/// complete by a test that compares them with the options' properties.
/// </remarks>
internal static class ConfigurationKeys
{
    public static ImmutableArray<string> Root { get; } =
    [
        nameof(LlmRoutingOptions.MinConfidence), nameof(LlmRoutingOptions.StrategyTimeout), nameof(LlmRoutingOptions.DefaultModel), nameof(LlmRoutingOptions.ReferenceModel),
        nameof(LlmRoutingOptions.Classifiers), nameof(LlmRoutingOptions.Strategies), nameof(LlmRoutingOptions.Tiers),
        nameof(LlmRoutingOptions.Providers), nameof(LlmRoutingOptions.Models), nameof(LlmRoutingOptions.Rules),
        nameof(LlmRoutingOptions.Policies), nameof(LlmRoutingOptions.Execution), nameof(LlmRoutingOptions.Heuristic),
        nameof(LlmRoutingOptions.CostLatency), nameof(LlmRoutingOptions.Cascade), nameof(LlmRoutingOptions.Budgets),
        nameof(LlmRoutingOptions.Catalog), nameof(LlmRoutingOptions.Admission), nameof(LlmRoutingOptions.DecisionLog), nameof(LlmRoutingOptions.Semantic),
    ];

    public static ImmutableArray<string> Provider { get; } =
    [
        nameof(ProviderOptions.Kind), nameof(ProviderOptions.Endpoint), nameof(ProviderOptions.ApiKey), nameof(ProviderOptions.Headers),
        nameof(ProviderOptions.Properties),
    ];

    public static ImmutableArray<string> Model { get; } =
    [
        nameof(ModelOptions.Tier), nameof(ModelOptions.Quality), nameof(ModelOptions.QualityByCategory),
        nameof(ModelOptions.InputUsdPerMillionTokens), nameof(ModelOptions.OutputUsdPerMillionTokens),
        nameof(ModelOptions.CachedInputUsdPerMillionTokens), nameof(ModelOptions.CacheWriteUsdPerMillionTokens),
        nameof(ModelOptions.CacheWriteHourUsdPerMillionTokens), nameof(ModelOptions.AudioInputUsdPerMillionTokens),
        nameof(ModelOptions.AudioOutputUsdPerMillionTokens), nameof(ModelOptions.ImageInputUsdPerMillionTokens),
        nameof(ModelOptions.ReasoningUsdPerMillionTokens), nameof(ModelOptions.UsdPerRequest), nameof(ModelOptions.BatchFactor),
        nameof(ModelOptions.PriceTiers), nameof(ModelOptions.ContextTokens), nameof(ModelOptions.MaxOutputTokens),
        nameof(ModelOptions.Capabilities), nameof(ModelOptions.SupportsStreaming), nameof(ModelOptions.TypicalLatency),
        nameof(ModelOptions.Tags), nameof(ModelOptions.Family), nameof(ModelOptions.Version), nameof(ModelOptions.DeprecatedOn),
        nameof(ModelOptions.RetiresOn), nameof(ModelOptions.ReplacedBy), nameof(ModelOptions.Provider), nameof(ModelOptions.ModelId),
        nameof(ModelOptions.Endpoints),
    ];

    public static ImmutableArray<string> Endpoint { get; } =
    [
        nameof(EndpointOptions.Provider), nameof(EndpointOptions.ModelId), nameof(EndpointOptions.Weight), nameof(EndpointOptions.Region),
        nameof(EndpointOptions.MaxInFlight), nameof(EndpointOptions.RequestsPerMinute), nameof(EndpointOptions.TokensPerMinute),
    ];

    public static ImmutableArray<string> PriceTier { get; } =
    [
        nameof(PriceTierOptions.AboveInputTokens), nameof(PriceTierOptions.InputUsdPerMillionTokens),
        nameof(PriceTierOptions.OutputUsdPerMillionTokens), nameof(PriceTierOptions.CachedInputUsdPerMillionTokens),
        nameof(PriceTierOptions.CacheWriteUsdPerMillionTokens), nameof(PriceTierOptions.CacheWriteHourUsdPerMillionTokens),
    ];

    public static ImmutableArray<string> Rule { get; } =
        [nameof(RuleOptions.Name), nameof(RuleOptions.When), nameof(RuleOptions.Prefer), nameof(RuleOptions.PreferTier), nameof(RuleOptions.Confidence)];

    public static ImmutableArray<string> RuleCondition { get; } =
    [
        nameof(RuleConditionOptions.Keywords), nameof(RuleConditionOptions.Regex), nameof(RuleConditionOptions.RegexTimeout),
        nameof(RuleConditionOptions.Metadata), nameof(RuleConditionOptions.UserTier), nameof(RuleConditionOptions.Policy),
        nameof(RuleConditionOptions.Priority), nameof(RuleConditionOptions.MinInputTokens), nameof(RuleConditionOptions.MaxInputTokens),
        nameof(RuleConditionOptions.MinTurns), nameof(RuleConditionOptions.HasCode), nameof(RuleConditionOptions.HasImages),
        nameof(RuleConditionOptions.HasTools), nameof(RuleConditionOptions.Format), nameof(RuleConditionOptions.Script),
        nameof(RuleConditionOptions.Category), nameof(RuleConditionOptions.Label), nameof(RuleConditionOptions.MinComplexity),
        nameof(RuleConditionOptions.MaxComplexity),
    ];

    public static ImmutableArray<string> Policy { get; } =
    [
        nameof(PolicyOptions.MinQuality), nameof(PolicyOptions.MinTier), nameof(PolicyOptions.MaxLatency), nameof(PolicyOptions.MaxCostUsd),
        nameof(PolicyOptions.RequiredTags), nameof(PolicyOptions.MaxRetries), nameof(PolicyOptions.Hedge),
    ];

    public static ImmutableArray<string> Budget { get; } =
    [
        nameof(BudgetOptions.LimitUsd), nameof(BudgetOptions.Window), nameof(BudgetOptions.TimeZone), nameof(BudgetOptions.Scope),
        nameof(BudgetOptions.LimitsUsd), nameof(BudgetOptions.Models), nameof(BudgetOptions.DowngradeAt), nameof(BudgetOptions.ReservedOutputTokens),
    ];

    public static ImmutableArray<string> Execution { get; } =
    [
        nameof(ExecutionOptions.MaxAttempts), nameof(ExecutionOptions.TotalTimeout), nameof(ExecutionOptions.AttemptTimeout),
        nameof(ExecutionOptions.FirstTokenTimeout), nameof(ExecutionOptions.IdleTimeout), nameof(ExecutionOptions.FailoverOnContentFilter),
        nameof(ExecutionOptions.FailoverOnRefusal), nameof(ExecutionOptions.OnTruncatedStream), nameof(ExecutionOptions.Hold),
        nameof(ExecutionOptions.OpenTimeout), nameof(ExecutionOptions.StreamTimeout), nameof(ExecutionOptions.MinCharactersPerSecond),
        nameof(ExecutionOptions.RateWindow), nameof(ExecutionOptions.Tiers), nameof(ExecutionOptions.MaxRetries), nameof(ExecutionOptions.RetryDelay),
        nameof(ExecutionOptions.MaxRetryDelay), nameof(ExecutionOptions.EndpointOrder), nameof(ExecutionOptions.Region),
        nameof(ExecutionOptions.MaxLimitWait), nameof(ExecutionOptions.Health), nameof(ExecutionOptions.Hedging),
        nameof(ExecutionOptions.Probes),
    ];

    public static ImmutableArray<string> Hedging { get; } =
    [
        nameof(HedgingOptions.Enabled), nameof(HedgingOptions.Delay), nameof(HedgingOptions.Percentile), nameof(HedgingOptions.MinSamples),
        nameof(HedgingOptions.MaxShare), nameof(HedgingOptions.AllowTools),
    ];

    public static ImmutableArray<string> Probes { get; } =
    [
        nameof(ProbeOptions.Enabled), nameof(ProbeOptions.Interval), nameof(ProbeOptions.IdleAfter), nameof(ProbeOptions.MaxPerHour),
        nameof(ProbeOptions.Timeout),
    ];

    public static ImmutableArray<string> Health { get; } =
    [
        nameof(HealthOptions.ConsecutiveFailures), nameof(HealthOptions.FailureRatio), nameof(HealthOptions.MinimumThroughput),
        nameof(HealthOptions.Window), nameof(HealthOptions.BreakDuration), nameof(HealthOptions.MaxBreakDuration),
        nameof(HealthOptions.RateLimitBreakDuration), nameof(HealthOptions.MaxRetryAfter), nameof(HealthOptions.MisconfiguredBreakDuration),
        nameof(HealthOptions.RampUp), nameof(HealthOptions.WhenAllOpen),
    ];

    public static ImmutableArray<string> TierTimeouts { get; } =
    [
        nameof(TimeoutOptions.TotalTimeout), nameof(TimeoutOptions.AttemptTimeout), nameof(TimeoutOptions.OpenTimeout),
        nameof(TimeoutOptions.FirstTokenTimeout), nameof(TimeoutOptions.IdleTimeout), nameof(TimeoutOptions.StreamTimeout),
        nameof(TimeoutOptions.MinCharactersPerSecond),
    ];

    public static ImmutableArray<string> Hold { get; } =
        [nameof(HoldOptions.MaxUpdates), nameof(HoldOptions.MaxCharacters), nameof(HoldOptions.MaxTime), nameof(HoldOptions.OnLimit)];

    public static ImmutableArray<string> Admission { get; } =
    [
        nameof(AdmissionOptions.MaxConcurrent), nameof(AdmissionOptions.MaxQueue), nameof(AdmissionOptions.QueueTimeout),
        nameof(AdmissionOptions.BackgroundShare), nameof(AdmissionOptions.DegradeAbove), nameof(AdmissionOptions.DegradeBelow),
    ];

    public static ImmutableArray<string> DecisionLog { get; } =
    [
        nameof(DecisionLogOptions.Path), nameof(DecisionLogOptions.MaxFileBytes), nameof(DecisionLogOptions.MaxFiles),
        nameof(DecisionLogOptions.Capacity), nameof(DecisionLogOptions.WhenFull), nameof(DecisionLogOptions.FlushInterval),
        nameof(DecisionLogOptions.CaptureFeatures), nameof(DecisionLogOptions.IdKey),
    ];

    public static ImmutableArray<string> Heuristic { get; } = [nameof(HeuristicOptions.Keywords), nameof(HeuristicOptions.Weights)];

    public static ImmutableArray<string> Semantic { get; } =
    [
        nameof(SemanticOptions.Routes), nameof(SemanticOptions.Neighbours), nameof(SemanticOptions.MinSimilarity), nameof(SemanticOptions.CacheSize),
        nameof(SemanticOptions.Timeout), nameof(SemanticOptions.RetryAfter),
    ];

    public static ImmutableArray<string> SemanticRoute { get; } =
    [
        nameof(SemanticRouteOptions.Tier), nameof(SemanticRouteOptions.Complexity), nameof(SemanticRouteOptions.Category),
        nameof(SemanticRouteOptions.Examples), nameof(SemanticRouteOptions.MinSimilarity),
    ];

    public static ImmutableArray<string> Cascade { get; } = [nameof(CascadeOptions.Steps), nameof(CascadeOptions.MaxCostUsd), nameof(CascadeOptions.Policies)];

    public static ImmutableArray<string> CascadeStep { get; } = [nameof(CascadeStepOptions.Model), nameof(CascadeStepOptions.AcceptFromScore)];

    public static ImmutableArray<string> CostLatency { get; } =
    [
        nameof(CostLatencyOptions.InteractiveCostWeight), nameof(CostLatencyOptions.InteractiveLatencyWeight),
        nameof(CostLatencyOptions.BackgroundCostWeight), nameof(CostLatencyOptions.BackgroundLatencyWeight),
    ];

    /// <summary>Gets the settings that hold further ones: the binder passes over a single value in their place, without a word.</summary>
    /// <value>No setting of these names holds a single value anywhere.</value>
    public static FrozenSet<string> Branches { get; } = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        nameof(LlmRoutingOptions.Classifiers), nameof(LlmRoutingOptions.Strategies), nameof(LlmRoutingOptions.Tiers), nameof(LlmRoutingOptions.Catalog),
        nameof(LlmRoutingOptions.Providers), nameof(LlmRoutingOptions.Models), nameof(LlmRoutingOptions.Rules), nameof(LlmRoutingOptions.Policies),
        nameof(LlmRoutingOptions.Budgets), nameof(LlmRoutingOptions.Execution), nameof(LlmRoutingOptions.Admission), nameof(LlmRoutingOptions.DecisionLog),
        nameof(LlmRoutingOptions.Heuristic), nameof(LlmRoutingOptions.Semantic), nameof(LlmRoutingOptions.Cascade), nameof(LlmRoutingOptions.CostLatency),
        nameof(ProviderOptions.Headers), nameof(ProviderOptions.Properties), nameof(ModelOptions.QualityByCategory), nameof(ModelOptions.PriceTiers),
        nameof(ModelOptions.Tags), nameof(ModelOptions.Endpoints), nameof(RuleOptions.When), nameof(RuleConditionOptions.Keywords),
        nameof(RuleConditionOptions.Metadata), nameof(PolicyOptions.RequiredTags), nameof(BudgetOptions.LimitsUsd), nameof(ExecutionOptions.Health),
        nameof(ExecutionOptions.Probes), nameof(ExecutionOptions.Hedging), nameof(ExecutionOptions.Hold), nameof(CascadeOptions.Steps),
        nameof(HeuristicOptions.Weights), nameof(SemanticOptions.Routes), nameof(SemanticRouteOptions.Examples));

    /// <summary>Checks a section of the router's configuration.</summary>
    /// <param name="section">The section.</param>
    /// <param name="extensions">The sections of other packages within it.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static void Check(RoutingSection section, ImmutableArray<ExtensionSection> extensions, List<string> errors)
    {
        if (section.Section is not { } root)
        {
            return;
        }

        CheckLevel(root, section.Path, [.. Root, .. extensions.Select(static extension => extension.Name)], errors);
        foreach (ExtensionSection extension in extensions)
        {
            CheckPaths(root.GetSection(extension.Name), $"{section.Path}:{extension.Name}", extension.Keys, errors);
        }

        CheckChildren(root, section.Path, nameof(LlmRoutingOptions.Providers), Provider, errors);
        CheckChildren(root, section.Path, nameof(LlmRoutingOptions.Models), Model, errors);
        CheckChildren(root, section.Path, nameof(LlmRoutingOptions.Rules), Rule, errors);
        CheckChildren(root, section.Path, nameof(LlmRoutingOptions.Policies), Policy, errors);
        CheckChildren(root, section.Path, nameof(LlmRoutingOptions.Budgets), Budget, errors);
        CheckOne(root, section.Path, nameof(LlmRoutingOptions.Execution), Execution, errors);
        CheckOne(
            root.GetSection(nameof(LlmRoutingOptions.Execution)), $"{section.Path}:{nameof(LlmRoutingOptions.Execution)}", nameof(ExecutionOptions.Hold), Hold, errors);
        IConfigurationSection execution = root.GetSection(nameof(LlmRoutingOptions.Execution));
        CheckOne(execution, $"{section.Path}:{nameof(LlmRoutingOptions.Execution)}", nameof(ExecutionOptions.Health), Health, errors);
        CheckOne(execution, $"{section.Path}:{nameof(LlmRoutingOptions.Execution)}", nameof(ExecutionOptions.Hedging), Hedging, errors);
        CheckOne(execution, $"{section.Path}:{nameof(LlmRoutingOptions.Execution)}", nameof(ExecutionOptions.Probes), Probes, errors);
        CheckChildren(execution, $"{section.Path}:{nameof(LlmRoutingOptions.Execution)}", nameof(ExecutionOptions.Tiers), TierTimeouts, errors);
        CheckOne(root, section.Path, nameof(LlmRoutingOptions.Admission), Admission, errors);
        CheckOne(root, section.Path, nameof(LlmRoutingOptions.DecisionLog), DecisionLog, errors);
        CheckOne(root, section.Path, nameof(LlmRoutingOptions.Heuristic), Heuristic, errors);
        CheckOne(root, section.Path, nameof(LlmRoutingOptions.Semantic), Semantic, errors);
        CheckChildren(
            root.GetSection(nameof(LlmRoutingOptions.Semantic)), $"{section.Path}:{nameof(LlmRoutingOptions.Semantic)}", nameof(SemanticOptions.Routes), SemanticRoute, errors);
        CheckOne(root, section.Path, nameof(LlmRoutingOptions.CostLatency), CostLatency, errors);
        CheckOne(root, section.Path, nameof(LlmRoutingOptions.Cascade), Cascade, errors);
        CheckChildren(
            root.GetSection(nameof(LlmRoutingOptions.Cascade)), $"{section.Path}:{nameof(LlmRoutingOptions.Cascade)}", nameof(CascadeOptions.Steps), CascadeStep, errors);
        foreach (IConfigurationSection model in root.GetSection(nameof(LlmRoutingOptions.Models)).GetChildren())
        {
            CheckChildren(model, $"{section.Path}:{nameof(LlmRoutingOptions.Models)}:{model.Key}", nameof(ModelOptions.Endpoints), Endpoint, errors);
            CheckChildren(model, $"{section.Path}:{nameof(LlmRoutingOptions.Models)}:{model.Key}", nameof(ModelOptions.PriceTiers), PriceTier, errors);
        }

        foreach (IConfigurationSection rule in root.GetSection(nameof(LlmRoutingOptions.Rules)).GetChildren())
        {
            CheckOne(rule, $"{section.Path}:{nameof(LlmRoutingOptions.Rules)}:{rule.Key}", nameof(RuleOptions.When), RuleCondition, errors);
        }
    }

    private static void CheckOne(IConfiguration parent, string path, string key, ImmutableArray<string> known, List<string> errors) =>
        CheckLevel(parent.GetSection(key), $"{path}:{key}", known, errors);

    private static void CheckChildren(IConfiguration parent, string path, string key, ImmutableArray<string> known, List<string> errors)
    {
        foreach (IConfigurationSection child in parent.GetSection(key).GetChildren())
        {
            // The value is not said again: somebody may have put a key there. That of an empty object is empty.
            if (child.Value is { Length: > 0 })
            {
                errors.Add($"{path}:{key}:{child.Key} is a single value; it must be a section with settings such as {known[0]}.");
            }

            CheckLevel(child, $"{path}:{key}:{child.Key}", known, errors);
        }
    }

    private static void CheckPaths(IConfiguration level, string path, ImmutableArray<string> known, List<string> errors)
    {
        CheckLevel(level, path, [.. known.Select(static key => key.Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase)], errors);
        foreach (IConfigurationSection child in level.GetChildren())
        {
            string prefix = $"{child.Key}:";
            ImmutableArray<string> below = [.. known.Where(key => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Select(key => key[prefix.Length..])];
            if (!below.IsEmpty)
            {
                CheckPaths(child, $"{path}:{child.Key}", below, errors);
            }
        }
    }

    private static void CheckLevel(IConfiguration level, string path, ImmutableArray<string> known, List<string> errors)
    {
        foreach (IConfigurationSection child in level.GetChildren())
        {
            if (child.Value is { Length: > 0 } && Branches.Contains(child.Key))
            {
                errors.Add($"{path}:{child.Key} is a single value; it must be a list or a section.");
            }

            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                string nearest = known.MinBy(name => Distance(name, child.Key))!; // not null: no list of names is empty
                errors.Add(Distance(nearest, child.Key) <= (child.Key.Length / 3) + 1
                    ? $"{path}:{child.Key} is not a setting; did you mean '{nearest}'?"
                    : $"{path}:{child.Key} is not a setting; known are {string.Join(", ", known)}.");
            }
        }
    }

    /// <summary>Counts the edits between two words: the Levenshtein distance, over two rows.</summary>
    private static int Distance(string left, string right)
    {
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        int[] current = new int[right.Length + 1];
        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
