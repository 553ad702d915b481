namespace LlmRouting.Validation;

/// <summary>Is what <see cref="JsonExtractor"/> found in a text.</summary>
public readonly record struct JsonExtraction
{
    internal JsonExtraction(JsonExtractionKind kind, byte[] utf8, int length, string json)
    {
        Kind = kind;
        Utf8 = utf8.AsMemory(0, length);
        Json = json;
    }

    /// <summary>Gets how the JSON was found.</summary>
    public JsonExtractionKind Kind { get; }

    /// <summary>Gets the JSON text, which is well-formed.</summary>
    /// <value>null when <see cref="Kind"/> is <see cref="JsonExtractionKind.None"/>.</value>
    public string? Json { get; }

    internal ReadOnlyMemory<byte> Utf8 { get; }
}
