namespace LlmRouting.Validation;

/// <summary>Sets how strictly answers in JSON are taken.</summary>
public sealed record JsonSchemaValidationSettings
{
    /// <summary>Gets the defaults.</summary>
    public static JsonSchemaValidationSettings Default { get; } = new();

    /// <summary>Gets whether an accepted answer is replaced by its JSON alone.</summary>
    /// <value>Default true. When false, an answer whose JSON stands between fences or prose is handed out as it came.</value>
    public bool Normalize { get; init; } = true;

    /// <summary>Gets whether comments, trailing commas and raw line breaks in strings are mended.</summary>
    /// <value>Default true. When false, or when <see cref="Normalize"/> is false and the caller would get the slips to see, they make the
    /// answer malformed.</value>
    public bool AllowRepairedSyntax { get; init; } = true;

    /// <summary>Gets how many violations a repair instruction lists.</summary>
    /// <value>1 to 100; default 8.</value>
    public int MaxErrorsInInstruction { get; init; } = 8;

    internal bool MayRepairSyntax => AllowRepairedSyntax && Normalize;
}
