namespace LlmRouting.Execution;

/// <summary>Is where one attempt goes, and what its endpoint granted it.</summary>
internal readonly record struct RouteTarget(RoutableModel Model, ModelEndpoint Endpoint, EndpointLease Lease = default);
