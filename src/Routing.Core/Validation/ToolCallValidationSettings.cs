namespace LlmRouting.Validation;

/// <summary>Sets how strictly tool calls are taken.</summary>
public sealed record ToolCallValidationSettings
{
    /// <summary>Gets the defaults.</summary>
    public static ToolCallValidationSettings Default { get; } = new();

    /// <summary>Gets whether arguments must fit the tool's JSON Schema.</summary>
    /// <value>Default true.</value>
    public bool CheckArguments { get; init; } = true;

    /// <summary>Gets whether an answer in which a tool call leaked out as text is sent back.</summary>
    /// <value>Default true; looked for only when the request offers tools.</value>
    public bool RejectLeakedCalls { get; init; } = true;

    /// <summary>Gets how many violations a repair instruction lists.</summary>
    /// <value>1 to 100; default 8.</value>
    public int MaxErrorsInInstruction { get; init; } = 8;
}
