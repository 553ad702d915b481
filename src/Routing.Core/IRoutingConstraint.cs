namespace LlmRouting;

/// <summary>Says what a model must fulfil to serve a request.</summary>
/// <remarks>
/// Implementations are singletons, must be thread-safe and are asked for every model of every request: they look at facts and call nobody.
/// One that throws excludes nothing; the decision records it.
/// </remarks>
public interface IRoutingConstraint
{
    /// <summary>Gets the name that records use.</summary>
    string Name { get; }

    /// <summary>Gets whether the constraint is ignored when it would leave no model at all.</summary>
    /// <value>Default false.</value>
    bool IsSoft => false;

    /// <summary>Tests a candidate.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidate">The model.</param>
    /// <returns>null to keep the model; else why it is excluded, as a constant text that holds nothing of the request.</returns>
    string? Reject(RoutingRequest request, in Candidate candidate);
}
