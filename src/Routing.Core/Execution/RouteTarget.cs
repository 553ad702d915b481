namespace LlmRouting.Execution;

/// <summary>Is where one attempt goes.</summary>
internal readonly record struct RouteTarget(RoutableModel Model, ModelEndpoint Endpoint);
