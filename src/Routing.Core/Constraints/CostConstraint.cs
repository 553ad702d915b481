namespace LlmRouting.Constraints;

/// <summary>Keeps the models whose estimated cost stays within the cost limit of the request or its policy.</summary>
/// <remarks>Hard. A model of unknown price cannot be shown to stay within a limit and is excluded by one.</remarks>
public sealed class CostConstraint : IRoutingConstraint, ISelectiveConstraint
{
    /// <inheritdoc/>
    public string Name => "cost";

    /// <inheritdoc/>
    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.MaxCostUsd is not { } limit)
        {
            return null;
        }

        return candidate.EstimatedCostUsd is not { } cost ? "its price is unknown, and the request has a cost limit"
            : cost > limit ? "is expected to cost more than the limit"
            : null;
    }

    bool ISelectiveConstraint.CanReject(RoutingRequest request) => request.MaxCostUsd is not null;
}
