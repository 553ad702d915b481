namespace LlmRouting.Execution;

/// <summary>Is where one attempt goes.</summary>
internal readonly record struct RouteTarget(RoutableModel Model, ModelEndpoint Endpoint)
{
    /// <summary>Gets the provider, see <see cref="ContentOrigin"/>.</summary>
    public string Origin => Endpoint.OriginFor(Model.Id);

    /// <summary>Gets what answers are marked with: a router behind this one has marked its own.</summary>
    public string? Mark => Endpoint.IsRouter ? null : Origin;
}
