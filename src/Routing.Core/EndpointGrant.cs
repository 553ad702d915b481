namespace LlmRouting;

/// <summary>Is an endpoint's answer to who asks for an attempt.</summary>
/// <param name="Lease">The lease, when it is granted.</param>
/// <param name="Change">The change of its health that granting it brought about.</param>
/// <param name="Wait">How long to wait, when its rate is used up.</param>
internal readonly record struct EndpointGrant(EndpointLease Lease, HealthChange Change, TimeSpan Wait);
