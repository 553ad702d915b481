using System.Collections.Immutable;

namespace LlmRouting.Strategies;

/// <summary>Walks a decision table from top to bottom; the first rule that holds decides.</summary>
/// <remarks>Thread-safe. A rule whose model is no candidate is passed over. The request is classified only if a rule that needs it is reached.</remarks>
public sealed class RulesStrategy : IRoutingStrategy, ITrustedStep
{
    private readonly ImmutableArray<RoutingRule> _rules;
    private readonly ImmutableArray<string> _names;

    /// <summary>Creates the strategy.</summary>
    /// <param name="rules">The table, first rule first.</param>
    public RulesStrategy(IEnumerable<RoutingRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _rules = [.. rules];
        ReadsTexts = _rules.Any(static rule => !rule.When.Keywords.IsEmpty || rule.When.Regex is not null || rule.When.Metadata.Any());
        _names = [.. _rules.Select(static (rule, index) => rule.Name ?? $"rule {index + 1}")];
    }

    /// <inheritdoc/>
    public string Name => "rules";

    /// <summary>Gets whether a rule looks at what the user wrote, or at metadata: at what no record holds.</summary>
    internal bool ReadsTexts { get; }

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(candidates);
        return _rules.IsEmpty ? new(StrategyVerdict.Abstain("there are no rules")) : WalkAsync(request, candidates, cancellationToken);
    }

    private async ValueTask<StrategyVerdict> WalkAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        for (int i = 0; i < _rules.Length; i++)
        {
            RoutingRule rule = _rules[i];
            if (!rule.When.HoldsFor(request)
                || (rule.When.NeedsClassification && !rule.When.HoldsFor(await request.GetClassificationAsync(cancellationToken).ConfigureAwait(false))))
            {
                continue;
            }

            if (rule.PreferTier is not null)
            {
                return StrategyVerdict.PreferTier(rule.PreferTier, rule.Confidence, _names[i]);
            }

            if (rule.Prefer is not null && candidates.Resolve(rule.Prefer) is { } model)
            {
                return StrategyVerdict.Prefer(model.Id, rule.Confidence, _names[i]);
            }
        }

        return StrategyVerdict.Abstain("no rule holds");
    }
}
