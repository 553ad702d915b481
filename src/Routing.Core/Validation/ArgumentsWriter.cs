using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmRouting.Validation;

/// <summary>Writes the arguments of a tool call as the JSON that they came from.</summary>
internal static class ArgumentsWriter
{
    /// <summary>Writes the arguments.</summary>
    /// <returns>null when there are values that are not plain JSON: no model sent those, and serialising them takes reflection.</returns>
    public static JsonElement? TryWrite(IDictionary<string, object?>? arguments)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            foreach ((string name, object? value) in arguments ?? new Dictionary<string, object?>())
            {
                writer.WritePropertyName(name);
                if (!TryWrite(writer, value))
                {
                    return null;
                }
            }

            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(text.GetBuffer().AsMemory(0, (int)text.Length), new JsonDocumentOptions { MaxDepth = 256 });
        return document.RootElement.Clone();
    }

    private static bool TryWrite(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                return true;
            case JsonElement { ValueKind: not JsonValueKind.Undefined } element:
                // The raw text: an escaped half of a surrogate pair cannot be written in any other way.
                writer.WriteRawValue(element.GetRawText());
                return true;
            case JsonNode node:
                node.WriteTo(writer);
                return true;
            case string text:
                writer.WriteStringValue(text);
                return true;
            case bool flag:
                writer.WriteBooleanValue(flag);
                return true;
            case int number:
                writer.WriteNumberValue(number);
                return true;
            case long number:
                writer.WriteNumberValue(number);
                return true;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case decimal number:
                writer.WriteNumberValue(number);
                return true;
            default:
                return false;
        }
    }
}
