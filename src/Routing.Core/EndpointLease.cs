namespace LlmRouting;

/// <summary>Is what an endpoint granted to one attempt; settled exactly once, when the attempt is recorded.</summary>
/// <param name="Health">The leave of its health.</param>
/// <param name="Rate">What was taken of its rate limits.</param>
internal readonly record struct EndpointLease(HealthLease Health, RateReservation Rate);
