namespace LlmRouting.Validation;

/// <summary>Sets how long an answer's text may be.</summary>
/// <remarks>A word is a run of letters and digits; in scripts without spaces every letter is one.</remarks>
public sealed record LengthValidationSettings
{
    /// <summary>Gets the least number of characters.</summary>
    /// <value>UTF-16 code units; default 0.</value>
    public int MinCharacters { get; init; }

    /// <summary>Gets the greatest number of characters.</summary>
    /// <value>UTF-16 code units; null (the default) means no limit.</value>
    public int? MaxCharacters { get; init; }

    /// <summary>Gets the least number of words.</summary>
    /// <value>Default 0.</value>
    public int MinWords { get; init; }

    /// <summary>Gets the greatest number of words.</summary>
    /// <value>null (the default) means no limit.</value>
    public int? MaxWords { get; init; }

    /// <summary>Gets whether the same model is asked once more, told of the bounds, before another one is.</summary>
    /// <value>Default true.</value>
    public bool Repair { get; init; } = true;
}
