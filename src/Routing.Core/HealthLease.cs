namespace LlmRouting;

/// <summary>Is the leave that an endpoint's health gave to one attempt; ended exactly once, when the attempt has ended.</summary>
/// <param name="Gate">The state, and how often it had changed, when the leave was given.</param>
/// <param name="Probe">The number of the probe; 0 for an attempt that is none.</param>
internal readonly record struct HealthLease(long Gate, int Probe);
