namespace LlmRouting.Execution;

/// <summary>Is the answer that came first, and where it came from.</summary>
internal sealed record HedgedAnswer(Judgement Judgement, RouteTarget Target);
