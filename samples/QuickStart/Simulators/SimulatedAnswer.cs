namespace LlmRouting.QuickStart.Simulators;

/// <summary>Is what a simulated model answers, and how long it takes to.</summary>
/// <param name="Text">The answer; the arguments, for a call of a tool.</param>
/// <param name="ToolName">The tool to call; null for an answer.</param>
/// <param name="Tokens">How many tokens it has.</param>
/// <param name="FirstToken">How long until the first token.</param>
/// <param name="Writing">How long from there to the last.</param>
internal sealed record SimulatedAnswer(string Text, string? ToolName, int Tokens, TimeSpan FirstToken, TimeSpan Writing);
