using System.Globalization;
using System.Text.Json;

namespace LlmRouting.Catalog;

/// <summary>Reads the fields of one model in a catalog; what is missing or null is absent, what is wrong is named and then absent.</summary>
internal sealed class CatalogEntry(JsonElement element, string path, List<string> errors)
{
    private const int MaxQuoted = 40;
    private const decimal MaxPrice = 1_000_000_000;

    // Prices in the catalog that ships reach from 0.005 to 25. What is as far outside as this stands there in the other unit: for one token
    // where a million is meant, or the other way round.
    private const decimal MinPerMillion = 0.000_1m;
    private const decimal MaxPerMillion = 100_000;

    public JsonElement Element => element;

    /// <summary>Gets a part of the entry.</summary>
    /// <returns>An entry without fields when there is no such part.</returns>
    public CatalogEntry Part(string name)
    {
        JsonElement part = Find(name);
        if (part.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object))
        {
            Wrong(name, part, "an object");
            part = default;
        }

        return new CatalogEntry(part, $"{path}:{name}", errors);
    }

    /// <summary>Gets an item of a list.</summary>
    public CatalogEntry Item(string list, int index, JsonElement item) =>
        new(item.ValueKind == JsonValueKind.Object ? item : default, FormattableString.Invariant($"{path}:{list}:{index}"), errors);

    /// <summary>Reads a price.</summary>
    /// <returns>The number as it is written.</returns>
    public decimal? Price(string name)
    {
        JsonElement value = Find(name);
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal price) && price is >= 0 and <= MaxPrice)
        {
            return price;
        }

        Wrong(name, value, "a number of at least 0");
        return null;
    }

    /// <summary>Reads a price of tokens.</summary>
    /// <param name="name">The field.</param>
    /// <param name="tokens">For how many tokens it is: one, or a million.</param>
    /// <returns>USD per million tokens.</returns>
    public decimal? TokenPrice(string name, int tokens)
    {
        decimal? usd = Price(name) * (1_000_000 / tokens);
        if (usd is null or 0 or (>= MinPerMillion and <= MaxPerMillion))
        {
            return usd;
        }

        Wrong(name, Find(name), tokens == 1 ? "the price of one token in USD" : "the price of a million tokens in USD");
        return null;
    }

    /// <summary>Reads a number of tokens; 0 is how some catalogs write that they do not know.</summary>
    public int? Tokens(string name)
    {
        JsonElement value = Find(name);
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        // Written as 1e6 or 128000.0 it is a whole number all the same.
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal tokens) && tokens is >= 0 and <= int.MaxValue && decimal.IsInteger(tokens))
        {
            return tokens == 0 ? null : (int)tokens;
        }

        Wrong(name, value, "a whole number of tokens");
        return null;
    }

    /// <summary>Reads a switch; what is absent is off.</summary>
    public bool Is(string name)
    {
        JsonElement value = Find(name);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.True or JsonValueKind.False)
        {
            return value.ValueKind == JsonValueKind.True;
        }

        Wrong(name, value, "true or false");
        return false;
    }

    /// <summary>Reads a day.</summary>
    public DateTimeOffset? Day(string name)
    {
        string? text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day))
        {
            return day;
        }

        Wrong(name, Find(name), "a day such as 2026-01-31");
        return null;
    }

    public string? Text(string name)
    {
        JsonElement value = Find(name);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.String)
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }

        Wrong(name, value, "a text");
        return null;
    }

    public JsonElement Find(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : default;

    public void Wrong(string name, JsonElement value, string expected)
    {
        string raw = value.GetRawText();
        errors.Add($"{path}:{name} is {(raw.Length <= MaxQuoted ? raw : $"{raw.AsSpan(0, MaxQuoted)}...")}; it must be {expected}, or left out.");
    }
}
