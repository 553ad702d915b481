using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Is what the validators made of an answer together.</summary>
/// <param name="Verdict">The first verdict that did not accept, or acceptance.</param>
/// <param name="Validator">Whose verdict that is; null for acceptance.</param>
/// <param name="Response">The answer, in its clean form where a validator gave one.</param>
/// <param name="RawText">The answer's text before that; null when it is as it was.</param>
internal readonly record struct Judgement(ValidationVerdict Verdict, string? Validator, ChatResponse Response, string? RawText)
{
    public bool IsAccepted => Verdict.Kind == ValidationVerdictKind.Accept;
}
