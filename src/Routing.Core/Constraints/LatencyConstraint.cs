namespace LlmRouting.Constraints;

/// <summary>Keeps the models that are expected to answer within the latency limit of the request or its policy.</summary>
/// <remarks>Soft: a late answer is better than none, so it is ignored when every model is too slow. A model of unknown latency passes.</remarks>
public sealed class LatencyConstraint : IRoutingConstraint, ISelectiveConstraint
{
    /// <inheritdoc/>
    public string Name => "latency";

    /// <inheritdoc/>
    public bool IsSoft => true;

    /// <inheritdoc/>
    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.MaxLatency is { } limit && candidate.ExpectedLatencyAt(ref request.LatenciesAsOf) > limit ? "is expected to answer too late" : null;
    }

    bool ISelectiveConstraint.CanReject(RoutingRequest request) => request.MaxLatency is not null;
}
