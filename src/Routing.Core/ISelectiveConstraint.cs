namespace LlmRouting;

/// <summary>Is a constraint of ours that can tell from the request alone that it excludes no model: then it is not asked for each.</summary>
internal interface ISelectiveConstraint : IRoutingConstraint
{
    /// <summary>Gets whether the constraint might exclude a model from a request.</summary>
    bool CanReject(RoutingRequest request);
}
