using System.Collections.Immutable;
using System.Reflection;
using LlmRouting.DependencyInjection;

namespace LlmRouting.Core.Tests.DependencyInjection;

public sealed class ConfigurationKeysTests
{
    private static readonly object[] Levels =
    [
        Level<LlmRoutingOptions>(ConfigurationKeys.Root),
        Level<ProviderOptions>(ConfigurationKeys.Provider),
        Level<ModelOptions>(ConfigurationKeys.Model),
        Level<EndpointOptions>(ConfigurationKeys.Endpoint),
        Level<PriceTierOptions>(ConfigurationKeys.PriceTier),
        Level<RuleOptions>(ConfigurationKeys.Rule),
        Level<RuleConditionOptions>(ConfigurationKeys.RuleCondition),
        Level<PolicyOptions>(ConfigurationKeys.Policy),
        Level<BudgetOptions>(ConfigurationKeys.Budget),
        Level<ExecutionOptions>(ConfigurationKeys.Execution),
        Level<HoldOptions>(ConfigurationKeys.Hold),
        Level<AdmissionOptions>(ConfigurationKeys.Admission),
        Level<DecisionLogOptions>(ConfigurationKeys.DecisionLog),
        Level<HealthOptions>(ConfigurationKeys.Health),
        Level<HedgingOptions>(ConfigurationKeys.Hedging),
        Level<ProbeOptions>(ConfigurationKeys.Probes),
        Level<TimeoutOptions>(ConfigurationKeys.TierTimeouts),
        Level<CascadeOptions>(ConfigurationKeys.Cascade),
        Level<CascadeStepOptions>(ConfigurationKeys.CascadeStep),
        Level<HeuristicOptions>(ConfigurationKeys.Heuristic),
        Level<SemanticOptions>(ConfigurationKeys.Semantic),
        Level<SemanticRouteOptions>(ConfigurationKeys.SemanticRoute),
        Level<CostLatencyOptions>(ConfigurationKeys.CostLatency),
    ];

    [TestCaseSource(nameof(Levels))]
    public void Keys_AreTheOptionsProperties(Type options, ImmutableArray<string> keys)
    {
        IEnumerable<string> properties = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static property => property.Name);

        Assert.That(keys, Is.EquivalentTo(properties));
    }

    [Test]
    public void EveryOptionsType_HasAListOfKeys()
    {
        IEnumerable<Type> options = typeof(LlmRoutingOptions).Assembly.GetExportedTypes()
            .Where(static type => type.Namespace == typeof(LlmRoutingOptions).Namespace && type.Name.EndsWith("Options", StringComparison.Ordinal));

        Assert.That(Levels.Select(static level => ((object[])level)[0]), Is.EquivalentTo(options));
    }

    [Test]
    public void Branches_AreTheSettingsThatHoldOthers()
    {
        ILookup<bool, string> names = Levels
            .SelectMany(static level => ((Type)((object[])level)[0]).GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .ToLookup(
                static property => property.PropertyType != typeof(string)
                    && (typeof(System.Collections.IEnumerable).IsAssignableFrom(property.PropertyType) || property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)),
                static property => property.Name);

        Assert.That(ConfigurationKeys.Branches, Is.EquivalentTo(names[true].Distinct()));
        Assert.That(names[false].Where(ConfigurationKeys.Branches.Contains), Is.Empty, "a name that holds a single value elsewhere cannot be told apart");
    }

    private static object[] Level<T>(ImmutableArray<string> keys) => [typeof(T), keys];
}
