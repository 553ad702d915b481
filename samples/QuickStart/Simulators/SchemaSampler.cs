using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Makes JSON that follows a schema, with values from the text where a pattern finds some.</summary>
/// <remarks>Knows what the schemas of the workload use: objects, arrays, strings with enums and formats, numbers, booleans.</remarks>
internal static partial class SchemaSampler
{
    public static string Sample(JsonElement schema, string text) => (Value("", schema, text) ?? new JsonObject()).ToJsonString();

    private static JsonNode? Value(string name, JsonElement schema, string text)
    {
        if (schema.TryGetProperty("enum", out JsonElement values))
        {
            string[] words = [.. values.EnumerateArray().Select(static value => value.GetString() ?? "")];
            return words.FirstOrDefault(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) ?? words[0];
        }

        return TypeOf(schema) switch
        {
            "object" => Object(schema, text),
            "array" => schema.TryGetProperty("items", out JsonElement items) ? new JsonArray(Value(name, items, text)) : new JsonArray(),
            "integer" or "number" => Number(schema, text),
            "boolean" => text.Contains(name.StartsWith("is", StringComparison.Ordinal) ? name[2..] : name, StringComparison.OrdinalIgnoreCase),
            "null" => null,
            _ => Text(name, schema, text),
        };
    }

    private static JsonObject Object(JsonElement schema, string text)
    {
        JsonObject result = [];
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                result[property.Name] = Value(property.Name, property.Value, text);
            }
        }

        return result;
    }

    private static JsonValue Number(JsonElement schema, string text)
    {
        Match match = Digits().Match(text);
        double number = match.Success ? double.Parse(match.ValueSpan, CultureInfo.InvariantCulture) : 0;
        double low = schema.TryGetProperty("minimum", out JsonElement minimum) ? minimum.GetDouble() : double.MinValue;
        double high = schema.TryGetProperty("maximum", out JsonElement maximum) ? maximum.GetDouble() : double.MaxValue;
        number = Math.Clamp(number, low, high);
        return TypeOf(schema) == "integer" ? JsonValue.Create((long)number) : JsonValue.Create(number);
    }

    private static string Text(string name, JsonElement schema, string text)
    {
        string? format = schema.TryGetProperty("format", out JsonElement value) ? value.GetString() : null;
        Match match = format switch
        {
            "date" => Date().Match(text),
            "email" => Email().Match(text),
            _ when name.Contains("number", StringComparison.OrdinalIgnoreCase) => OrderNumber().Match(text),
            _ => Match.Empty,
        };
        return match.Success ? match.Value : format switch
        {
            "date" => "2026-01-15",
            "email" => "simulated@example.org",
            _ => $"[simulated] {name}",
        };
    }

    private static string? TypeOf(JsonElement schema) => !schema.TryGetProperty("type", out JsonElement type) ? null
        : type.ValueKind == JsonValueKind.Array ? type[0].GetString()
        : type.GetString();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}")]
    private static partial Regex Date();

    [GeneratedRegex(@"[\w.+-]+@[\w-]+(\.[\w-]+)+")]
    private static partial Regex Email();

    [GeneratedRegex(@"[A-Z]{2}-\d+")]
    private static partial Regex OrderNumber();
}
