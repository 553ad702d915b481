using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Admission;
using LlmRouting.Budgets;
using LlmRouting.Execution;

namespace LlmRouting.Pipeline;

/// <summary>Is everything that decides but the models: one immutable snapshot, replaced whole on a reload.</summary>
internal sealed record RoutingPlan
{
    public required ImmutableArray<IRoutingStrategy> Strategies { get; init; }

    /// <summary>Hard ones first, so that soft ones see what is left.</summary>
    public required ImmutableArray<IRoutingConstraint> Constraints { get; init; }

    public required IRequestClassifier Classifier { get; init; }

    public required TierLadder Tiers { get; init; }

    public required FrozenDictionary<string, RoutingPolicy> Policies { get; init; }

    public required FeatureExtractor Features { get; init; }

    public required ExecutionSettings Execution { get; init; }

    public required double MinConfidence { get; init; }

    public required TimeSpan StrategyTimeout { get; init; }

    public string? DefaultModel { get; init; }

    public string? ReferenceModel { get; init; }

    public BudgetLedger? Budgets { get; init; }

    /// <summary>Who lets requests in; null lets all in, and costs nothing.</summary>
    public AdmissionLimiter? Admission { get; init; }
}
