using System.Collections.Immutable;

namespace LlmRouting.Strategies;

/// <summary>Prefers the tier that serves the request's complexity.</summary>
/// <remarks>
/// Thread-safe. As confident as the classification. A classification too unsure to act on goes one tier up: an easy request on a strong
/// model costs cents, a hard one on a weak model costs an answer.
/// </remarks>
/// <param name="tiers">The tiers.</param>
/// <param name="capableBelowConfidence">Below which confidence the next higher tier is preferred; 0 to 1; default 0.3.</param>
public sealed class TiersStrategy(TierLadder tiers, double capableBelowConfidence = 0.3) : IRoutingStrategy, ITrustedStep
{
    private readonly ImmutableArray<string> _reasons =
        [.. tiers.Tiers.Select(static tier => FormattableString.Invariant($"complexity up to {tier.MaxComplexity:0.##} belongs to {tier.Name}"))];

    /// <inheritdoc/>
    public string Name => "tiers";

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ValueTask<Classification> pending = request.GetClassificationAsync(cancellationToken);
        return pending.IsCompletedSuccessfully ? new(Judge(pending.Result)) : AwaitAsync(pending);
    }

    private async ValueTask<StrategyVerdict> AwaitAsync(ValueTask<Classification> pending) => Judge(await pending.ConfigureAwait(false));

    private StrategyVerdict Judge(Classification classification)
    {
        if (classification.Confidence <= 0)
        {
            return StrategyVerdict.Abstain("nobody could classify the request");
        }

        int index = tiers.IndexFor(classification.Complexity);
        if (classification.Confidence < capableBelowConfidence && index < tiers.Tiers.Length - 1)
        {
            return StrategyVerdict.PreferTier(tiers.Tiers[index + 1].Name, classification.Confidence, "the classification is unsure, so a more capable tier");
        }

        return StrategyVerdict.PreferTier(tiers.Tiers[index].Name, classification.Confidence, _reasons[index]);
    }
}
