using System.Text.Json;

namespace LlmRouting.Onnx.Tokenization.Files;

/// <summary>A part of a tokenizer's file that knows where it stands, so that errors can say so.</summary>
internal readonly struct JsonPart(JsonElement element, string path)
{
    internal JsonElement Element { get; } = element;

    internal string Path { get; } = path;

    internal bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>Gets a member; one that is missing is a null part.</summary>
    internal JsonPart this[string name] => new(
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out JsonElement member) ? member : default,
        Path.Length == 0 ? name : $"{Path}.{name}");

    internal string Text(string name) => this[name] is { Element.ValueKind: JsonValueKind.String } member
        ? member.Element.GetString()!   // A string has a value.
        : throw this[name].Error("must be a string");

    internal string Text(string name, string fallback) => this[name].IsNull ? fallback : Text(name);

    internal bool Flag(string name, bool fallback) => this[name] is var member && member.IsNull ? fallback
        : member.Element.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.Element.GetBoolean()
        : throw member.Error("must be true or false");

    internal int Number(string name) => this[name] is { Element.ValueKind: JsonValueKind.Number } member && member.Element.TryGetInt32(out int value)
        ? value
        : throw this[name].Error("must be a whole number");

    internal int? NumberOrNull(string name) => this[name].IsNull ? null : Number(name);

    /// <summary>Goes through the items of an array; a missing one has none.</summary>
    internal IEnumerable<JsonPart> Items()
    {
        if (IsNull)
        {
            yield break;
        }

        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Error("must be an array");
        }

        int index = 0;
        foreach (JsonElement item in Element.EnumerateArray())
        {
            yield return new JsonPart(item, $"{Path}[{index++}]");
        }
    }

    internal JsonElement.ObjectEnumerator Members() =>
        Element.ValueKind == JsonValueKind.Object ? Element.EnumerateObject() : throw Error("must be an object");

    internal TokenizerException Error(string problem) => new($"tokenizer.json: '{Path}' {(IsNull ? "is missing; it " : "")}{problem}.");

    internal TokenizerException Unknown(string kind, string known) =>
        new($"tokenizer.json: '{Path}' is of the kind '{kind}', which is not supported. Known are {known}. Implement ITextTokenizer over another library for this model.");
}
