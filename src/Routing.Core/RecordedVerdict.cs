namespace LlmRouting;

/// <summary>Is what a strategy said; one that threw or ran out of time has abstained.</summary>
/// <param name="Strategy">Its name.</param>
/// <param name="Verdict">What it said.</param>
/// <param name="IsClassified">Whether the request was classified by then: a strategy that wants to know has it classified, which leaves steps.</param>
internal readonly record struct RecordedVerdict(string Strategy, StrategyVerdict Verdict, bool IsClassified);
