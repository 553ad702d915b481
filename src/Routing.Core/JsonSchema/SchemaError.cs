namespace LlmRouting.JsonSchema;

/// <summary>Tells one way in which an instance breaks its schema.</summary>
/// <param name="InstanceLocation">JSON pointer to the value within the instance; empty for the whole of it.</param>
/// <param name="KeywordLocation">JSON pointer to the keyword, by the path that evaluation took, through references.</param>
/// <param name="AbsoluteKeywordLocation">URI of the keyword, references resolved; starts with <c>#</c> when the schema has no URI.</param>
/// <param name="Message">What is wrong, in a sentence that quotes the schema and never the instance's values.</param>
public sealed record SchemaError(string InstanceLocation, string KeywordLocation, string AbsoluteKeywordLocation, string Message)
{
    /// <summary>Says where and what in one line.</summary>
    /// <returns>The instance's location and the message.</returns>
    public override string ToString() => $"{(InstanceLocation.Length == 0 ? "(root)" : InstanceLocation)}: {Message}";
}
