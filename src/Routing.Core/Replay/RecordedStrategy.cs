namespace LlmRouting.Replay;

/// <summary>Says again what a strategy said that cannot be asked without the request's text.</summary>
internal sealed class RecordedStrategy(string name, RecordedVerdict? recorded) : IRoutingStrategy, ITrustedStep
{
    public string Name => name;

    public async ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        if (recorded is { } known)
        {
            if (known.IsClassified)
            {
                await request.GetClassificationAsync(cancellationToken).ConfigureAwait(false);
            }

            return known.Verdict;
        }

        ((ReplayTrace)request.Trace).Missing ??= $"strategy '{name}' was not asked";
        return StrategyVerdict.Abstain("was not asked when the record was made");
    }
}
