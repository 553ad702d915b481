using System.Globalization;

namespace LlmRouting;

/// <summary>Is one step that led to a decision.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Source">The constraint, classifier or strategy that it happened in.</param>
/// <param name="Target">The model or tier that it is about; null when it is about none.</param>
/// <param name="Reason">Why: a constant text, never a part of the request.</param>
/// <param name="Confidence">0 to 1; 0 where confidence has no meaning.</param>
/// <param name="Complexity">0 to 1 for <see cref="DecisionStepKind.Classified"/>; 0 elsewhere.</param>
public readonly record struct DecisionStep(
    DecisionStepKind Kind,
    string Source,
    string? Target,
    string Reason,
    double Confidence = 0,
    double Complexity = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        DecisionStepKind.Excluded => $"{Source} excluded {Target}: {Reason}",
        DecisionStepKind.ConstraintIgnored => $"{Source} was ignored: {Reason}",
        DecisionStepKind.Classified => string.Create(CultureInfo.InvariantCulture, $"{Source} classified the request: complexity {Complexity:0.00}, confidence {Confidence:0.00}{(Target is null ? "" : $", {Target}")}{(Reason.Length == 0 ? "" : $" ({Reason})")}"),
        DecisionStepKind.Abstained => $"{Source} abstained: {Reason}",
        DecisionStepKind.Preferred => string.Create(CultureInfo.InvariantCulture, $"{Source} preferred {Target} ({Confidence:0.00}): {Reason}"),
        DecisionStepKind.Queued => $"{Source}: {Reason}",
        _ => $"{Source} warned{(Target is null ? "" : $" about {Target}")}: {Reason}",
    };
}
