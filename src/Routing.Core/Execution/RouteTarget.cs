using LlmRouting.Budgets;

namespace LlmRouting.Execution;

/// <summary>Is where one attempt goes, and what its endpoint and the budgets granted it.</summary>
internal readonly record struct RouteTarget(RoutableModel Model, ModelEndpoint Endpoint, EndpointLease Lease = default)
{
    /// <summary>Gets the money that is set aside for the attempt.</summary>
    /// <value>null when nothing limits spending.</value>
    public BudgetReservation? Reservation { get; init; }

    /// <summary>Gets whether the attempt runs beside another one that is slow.</summary>
    public bool IsHedge { get; init; }

    /// <summary>Gets the provider, see <see cref="ContentOrigin"/>.</summary>
    public string Origin => Endpoint.OriginFor(Model.Id);

    /// <summary>Gets what answers are marked with: a router behind this one has marked its own.</summary>
    public string? Mark => Endpoint.IsRouter ? null : Origin;
}
