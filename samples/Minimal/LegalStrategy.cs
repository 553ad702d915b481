namespace LlmRouting.Minimal;

// <snippet:strategy>
public sealed class LegalStrategy : IRoutingStrategy
{
    public string Name => "legal";

    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken) =>
        new(request.LastUserText.Contains("contract", StringComparison.OrdinalIgnoreCase)
            ? StrategyVerdict.Prefer("large", confidence: 0.95, "mentions a contract")
            : StrategyVerdict.Abstain("not a legal question"));
}
// </snippet:strategy>
