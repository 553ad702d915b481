namespace LlmRouting.Replay;

/// <summary>Is what became of a record that was decided again.</summary>
/// <param name="Kind">How it compares with the record.</param>
/// <param name="Decision">The decision; null when the request was refused, or the record cannot be replayed.</param>
/// <param name="Difference">What differs, or what is missing; null for the same.</param>
internal sealed record ReplayedDecision(ReplayKind Kind, RoutingDecision? Decision, string? Difference);
