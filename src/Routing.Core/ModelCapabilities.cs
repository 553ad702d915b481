namespace LlmRouting;

/// <summary>Names what a model can do beyond answering text with text.</summary>
/// <remarks>A request's needs are derived from its typed options and contents; a model that lacks one of them is no candidate.</remarks>
[Flags]
public enum ModelCapabilities
{
    /// <summary>Text in, text out, nothing else.</summary>
    None = 0,

    /// <summary>Calls tools (functions).</summary>
    Tools = 1,

    /// <summary>Answers with syntactically valid JSON when asked to (<c>ChatResponseFormat.Json</c> without a schema).</summary>
    Json = 2,

    /// <summary>Answers with JSON that follows a given JSON Schema; implies <see cref="Json"/>.</summary>
    JsonSchema = 4 | Json,

    /// <summary>Reads images.</summary>
    Vision = 8,

    /// <summary>Reads audio.</summary>
    Audio = 16,

    /// <summary>Reads documents such as PDF.</summary>
    Documents = 32,

    /// <summary>Thinks before it answers and takes a reasoning effort.</summary>
    Reasoning = 64,
}
