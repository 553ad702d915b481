namespace LlmRouting.Execution;

/// <summary>Is an endpoint that a walk may come back to when nothing else is left.</summary>
/// <param name="target">The endpoint; without a lease.</param>
/// <param name="refusal">Why it was passed over; none when it was called, failed, and may be called again.</param>
/// <param name="readyAt">From when on, as <see cref="Monotonic"/> has it.</param>
internal sealed class Resort(RouteTarget target, EndpointRefusal refusal, long readyAt)
{
    public RouteTarget Target => target;

    public EndpointRefusal Refusal => refusal;

    public long ReadyAt { get; set; } = readyAt;

    /// <summary>Says how promising the endpoint is, least first: those that only need time, then those that failed just now, then broken ones, then misconfigured ones.</summary>
    public int Rank(HealthVerdict passedOverFor) => (refusal, passedOverFor) switch
    {
        (EndpointRefusal.Busy or EndpointRefusal.RateLimited, _) or (EndpointRefusal.CircuitOpen, HealthVerdict.Throttled) => 0,
        (EndpointRefusal.None, _) => 1,
        (_, HealthVerdict.Misconfigured) => 3,
        _ => 2,
    };
}
