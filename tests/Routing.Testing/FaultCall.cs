namespace LlmRouting.Testing;

/// <summary>Is a call that a <see cref="FaultPlan"/> decides about.</summary>
/// <param name="Number">Its number at this endpoint, from 0.</param>
/// <param name="Tag">What the host calls the request; null when it calls it nothing.</param>
/// <param name="Elapsed">How long the endpoint has existed.</param>
/// <param name="IsStreaming">Whether a stream was asked for.</param>
public readonly record struct FaultCall(long Number, string? Tag, TimeSpan Elapsed, bool IsStreaming);
