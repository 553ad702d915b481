namespace LlmRouting.Conversations;

/// <summary>Keeps a tool loop with the model that asked for the tools.</summary>
/// <remarks>
/// Thread-safe and stateless: the router leaves the model's id in each tool call's additional properties, where it
/// travels with the conversation, through storage too, and needs no memory that replicas would have to share.
/// </remarks>
public sealed class ToolAffinityStrategy : IRoutingStrategy, ITrustedStep
{
    /// <inheritdoc/>
    public string Name => "affinity";

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(candidates);
        if (!request.Features.IsToolContinuation)
        {
            return new(StrategyVerdict.Abstain("the request carries on no tool loop"));
        }

        string? owner = ToolCallOwner.Find(request.Messages);
        return new(
            owner is null ? StrategyVerdict.Abstain("the tool calls do not say which model made them")
            : candidates.Find(owner) is null ? StrategyVerdict.Abstain("the model that asked for the tools is no candidate")
            : StrategyVerdict.Prefer(owner, confidence: 1, "asked for the tools whose results these are"));
    }
}
