namespace LlmRouting.AotSmoke;

/// <summary>Abstains; it is here because the container makes it from its type.</summary>
internal sealed class NoOpinion : IRoutingStrategy
{
    public string Name => "no-opinion";

    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken) =>
        new(StrategyVerdict.Abstain("has none"));
}
