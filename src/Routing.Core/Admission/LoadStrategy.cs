namespace LlmRouting.Admission;

/// <summary>Sends requests that are not complex to the cheapest tier while the load is high.</summary>
/// <remarks>Thread-safe. A request that belongs to the strongest tier, or that nobody could classify, is left to others.</remarks>
internal sealed class LoadStrategy(AdmissionLimiter limiter, TierLadder tiers, double minConfidence = 0.3) : IRoutingStrategy, ITrustedStep
{
    public string Name => "load";

    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        AdmissionLoad load = limiter.Load;
        if (!load.IsDegraded)
        {
            return new(StrategyVerdict.Abstain("the load is not high"));
        }

        ValueTask<Classification> pending = request.GetClassificationAsync(cancellationToken);
        return pending.IsCompletedSuccessfully ? new(Judge(load, pending.Result)) : AwaitAsync(load, pending);
    }

    private async ValueTask<StrategyVerdict> AwaitAsync(AdmissionLoad load, ValueTask<Classification> pending) =>
        Judge(load, await pending.ConfigureAwait(false));

    private StrategyVerdict Judge(in AdmissionLoad load, Classification classification)
    {
        if (classification.Confidence < minConfidence || classification.Confidence <= 0)
        {
            return StrategyVerdict.Abstain("the load is high, but the classification is unsure");
        }

        if (tiers.Tiers.Length > 1 && tiers.IndexFor(classification.Complexity) == tiers.Tiers.Length - 1)
        {
            return StrategyVerdict.Abstain("the load is high, but the request is complex");
        }

        AdmissionSettings settings = limiter.Settings;
        string state = load.Smoothed > settings.DegradeAbove
            ? FormattableString.Invariant($"load {load.Smoothed:0.00} is above {settings.DegradeAbove:0.##}")
            : FormattableString.Invariant($"load {load.Smoothed:0.00} has not fallen to {settings.EndsBelow:0.##} yet");
        return StrategyVerdict.PreferTier(tiers.Tiers[0].Name, 1, $"{state}: what is not complex goes to {tiers.Tiers[0].Name}");
    }
}
