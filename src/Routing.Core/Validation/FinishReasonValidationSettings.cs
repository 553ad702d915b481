namespace LlmRouting.Validation;

/// <summary>Sets which ends of an answer are not taken.</summary>
public sealed record FinishReasonValidationSettings
{
    /// <summary>Gets the defaults.</summary>
    public static FinishReasonValidationSettings Default { get; } = new();

    /// <summary>Gets whether an answer that the token limit cut off is rejected.</summary>
    /// <value>Default true.</value>
    public bool RejectLength { get; init; } = true;

    /// <summary>Gets whether an answer that a content filter ended is rejected.</summary>
    /// <value>Default true.</value>
    public bool RejectContentFilter { get; init; } = true;
}
