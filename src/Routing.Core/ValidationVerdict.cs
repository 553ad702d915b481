namespace LlmRouting;

/// <summary>Says whether an answer is good enough.</summary>
/// <remarks>Reasons are recorded: use constant texts that hold nothing of the answer. An instruction is sent to a model, a replacement to the
/// caller; neither is ever recorded.</remarks>
public readonly struct ValidationVerdict
{
    private ValidationVerdict(ValidationVerdictKind kind, string? reason, string? instruction, string? replacement = null, double? score = null)
    {
        Kind = kind;
        Reason = reason ?? "accepted";
        Instruction = instruction;
        Replacement = replacement;
        Score = score;
    }

    /// <summary>Accepts the answer.</summary>
    public static ValidationVerdict Accept => default;

    /// <summary>Gets what the validator decided.</summary>
    public ValidationVerdictKind Kind { get; }

    /// <summary>Gets why.</summary>
    public string Reason => field ?? "accepted";

    /// <summary>Gets what to tell the model so that it mends its answer.</summary>
    /// <value>null unless <see cref="Kind"/> is <see cref="ValidationVerdictKind.Repair"/>.</value>
    public string? Instruction { get; }

    /// <summary>Gets the clean form of the answer's text, to be handed out in its place.</summary>
    /// <value>null unless the answer was accepted with <see cref="AcceptAs"/>: the text stays as it is.</value>
    public string? Replacement { get; }

    /// <summary>Accepts the answer, and replaces its text by a clean form of it.</summary>
    /// <param name="text">The clean text; validators asked later, and the caller, see it instead of the answer's own.</param>
    /// <param name="reason">What was cleaned.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static ValidationVerdict AcceptAs(string text, string reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(ValidationVerdictKind.Accept, reason, null, text);
    }

    /// <summary>Gets how good the validator finds the answer.</summary>
    /// <value>0 to 1; null when it does not say. A cascade may ask more of a score than the validator does.</value>
    public double? Score { get; }

    /// <summary>Accepts the answer, and says how good it is.</summary>
    /// <param name="score">0 to 1.</param>
    /// <param name="reason">Why.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="score"/> is not between 0 and 1.</exception>
    public static ValidationVerdict AcceptWithScore(double score, string reason) =>
        score is >= 0 and <= 1
            ? new(ValidationVerdictKind.Accept, reason, null, score: score)
            : throw new ArgumentOutOfRangeException(nameof(score), score, "A score must be between 0 and 1.");

    /// <summary>Asks the same model once more, with an instruction; an answer that needs repair again is rejected.</summary>
    /// <param name="reason">What is wrong.</param>
    /// <param name="instruction">What to tell the model.</param>
    /// <returns>The verdict.</returns>
    public static ValidationVerdict Repair(string reason, string instruction) => new(ValidationVerdictKind.Repair, reason, instruction);

    /// <summary>Rejects the answer, which climbs to the next model.</summary>
    /// <param name="reason">What is wrong.</param>
    /// <returns>The verdict.</returns>
    public static ValidationVerdict Reject(string reason) => new(ValidationVerdictKind.Reject, reason, null);
}
