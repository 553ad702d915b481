using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// The keywords of one schema object that its dialect knows, read with their types checked.
internal sealed class KeywordReader
{
    private const int MaxNumberDigits = 1000;

    private readonly SchemaSite _site;
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    internal KeywordReader(SchemaSite site)
    {
        _site = site;
        Dialect dialect = site.Resource.Dialect;
        bool onlyRef = dialect.IgnoresSiblingsOfRef && site.Element.TryGetProperty("$ref", out JsonElement reference) && reference.ValueKind == JsonValueKind.String;
        foreach (JsonProperty property in site.Element.EnumerateObject())
        {
            if (KeywordTable.Find(property.Name, dialect) is { } info && (!onlyRef || property.Name == "$ref"))
            {
                _values[property.Name] = property.Value;
                if (info.Describes)
                {
                    Annotations[property.Name] = property.Value;
                }
            }
            else if (!onlyRef && dialect.Draft >= SchemaDialect.Draft201909 && KeywordTable.Find(property.Name, Dialect.Of(dialect.Draft)) is null)
            {
                // Since 2019-09, unknown keywords are annotations.
                Annotations[property.Name] = property.Value;
            }
        }
    }

    internal Dictionary<string, JsonElement> Annotations { get; } = new(StringComparer.Ordinal);

    internal bool Has(string keyword) => _values.ContainsKey(keyword);

    internal bool TryGet(string keyword, out JsonElement value) => _values.TryGetValue(keyword, out value);

    internal string? Text(string keyword)
    {
        if (!TryGet(keyword, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw _site.Error(keyword, "it must be a string.");
    }

    internal bool Flag(string keyword)
    {
        if (!TryGet(keyword, out JsonElement value))
        {
            return false;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : throw _site.Error(keyword, "it must be true or false.");
    }

    internal NumberLimit? Number(string keyword)
    {
        if (!TryGet(keyword, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw _site.Error(keyword, "it must be a number.");
        }

        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(value);
        return text.Length <= MaxNumberDigits ? new NumberLimit(text) : throw _site.Error(keyword, $"it has more than {MaxNumberDigits} digits.");
    }

    internal long Count(string keyword, long otherwise)
    {
        if (Number(keyword) is not { } limit)
        {
            return otherwise;
        }

        JsonNumber number = limit.Value;
        if (number.IsNegative || number.Scale < number.Count)
        {
            throw _site.Error(keyword, $"it is {limit.Text}; it must be a whole number of at least 0.");
        }

        // Also 2.0 and 1e2 are whole; what no instance can reach is taken for the largest count.
        return number.Scale > 18 ? long.MaxValue : (long)decimal.Parse(limit.Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);
    }

    internal IEnumerable<JsonProperty> Map(string keyword)
    {
        if (!TryGet(keyword, out JsonElement value))
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw _site.Error(keyword, "it must be an object.");
    }

    internal JsonElement[]? List(string keyword, bool allowEmpty)
    {
        if (!TryGet(keyword, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || (!allowEmpty && value.GetArrayLength() == 0))
        {
            throw _site.Error(keyword, allowEmpty ? "it must be an array." : "it must be an array of at least one schema.");
        }

        return [.. value.EnumerateArray()];
    }

    internal string[] Names(string keyword, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw _site.Error(keyword, "it must be an array of names.");
        }

        // The null-forgiving: a JSON string is never null.
        return [.. value.EnumerateArray().Select(name =>
            name.ValueKind == JsonValueKind.String ? name.GetString()! : throw _site.Error(keyword, "it must be an array of strings."))];
    }
}
