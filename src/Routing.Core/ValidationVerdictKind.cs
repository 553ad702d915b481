namespace LlmRouting;

/// <summary>Says what a validator decided.</summary>
public enum ValidationVerdictKind
{
    /// <summary>The answer is good.</summary>
    Accept,

    /// <summary>The same model should try once more.</summary>
    Repair,

    /// <summary>Another model should answer.</summary>
    Reject,
}
