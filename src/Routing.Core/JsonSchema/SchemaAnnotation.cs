using System.Text.Json;

namespace LlmRouting.JsonSchema;

/// <summary>Tells what a schema says about a value that fits it: its title, default, format, content type and the like.</summary>
/// <param name="InstanceLocation">JSON pointer to the value within the instance; empty for the whole of it.</param>
/// <param name="KeywordLocation">JSON pointer to the keyword, by the path that evaluation took, through references.</param>
/// <param name="AbsoluteKeywordLocation">URI of the keyword, references resolved; starts with <c>#</c> when the schema has no URI.</param>
/// <param name="Keyword">The keyword, such as <c>title</c>.</param>
/// <param name="Value">The keyword's value in the schema; lives as long as the compiled schema.</param>
public sealed record SchemaAnnotation(
    string InstanceLocation, string KeywordLocation, string AbsoluteKeywordLocation, string Keyword, JsonElement Value);
