using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Is what the validators made of an answer together.</summary>
/// <param name="Verdict">The first verdict that did not accept, or acceptance.</param>
/// <param name="Validator">Whose verdict that is; null for acceptance.</param>
/// <param name="Response">The answer, in its clean form where a validator gave one.</param>
/// <param name="RawText">The answer's text before that; null when it is as it was.</param>
/// <param name="IsComplete">Whether every validator that was asked gave a verdict.</param>
internal readonly record struct Judgement(ValidationVerdict Verdict, string? Validator, ChatResponse Response, string? RawText, bool IsComplete = true)
{
    /// <summary>Gets what the record says.</summary>
    public ValidationResult Result =>
        !IsAccepted ? ValidationResult.Rejected : IsComplete ? ValidationResult.Accepted : ValidationResult.Unvalidated;

    public bool IsAccepted => Verdict.Kind == ValidationVerdictKind.Accept;
}
