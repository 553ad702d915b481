namespace LlmRouting;

/// <summary>Is what a strategy said; one that threw or ran out of time has abstained.</summary>
internal readonly record struct RecordedVerdict(string Strategy, StrategyVerdict Verdict);
