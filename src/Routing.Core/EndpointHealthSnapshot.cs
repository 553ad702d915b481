namespace LlmRouting;

/// <summary>Tells how an endpoint was doing at one moment, for dashboards and health checks.</summary>
/// <param name="State">Whether it is called.</param>
/// <param name="OpenUntil">Until when it is passed over; null when it is not <see cref="CircuitState.Open"/>. In the past, the next call finds out whether it works again.</param>
/// <param name="LastFailure">The kind of its last failure that counted; null when it has had none.</param>
/// <param name="ConsecutiveFailures">How many failures in a row it has had; counted while it is called regularly.</param>
public readonly record struct EndpointHealthSnapshot(CircuitState State, DateTimeOffset? OpenUntil, FailureKind? LastFailure, int ConsecutiveFailures);
