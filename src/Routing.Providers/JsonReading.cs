using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace LlmRouting.Providers;

/// <summary>Reads JSON from servers that each take the format a little differently: what is missing, null or of another type is absent.</summary>
internal static class JsonReading
{
    public static bool TryGet(this JsonElement element, ReadOnlySpan<byte> name, out JsonElement value)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        value = default;
        return false;
    }

    public static string? GetText(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGet(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool TryGetText(this JsonElement element, ReadOnlySpan<byte> name, [NotNullWhen(true)] out string? text)
    {
        text = element.GetText(name);
        return !string.IsNullOrEmpty(text);
    }

    /// <summary>Reads a string as it is, and a number as text; error codes come as both.</summary>
    public static string? GetCode(this JsonElement element, ReadOnlySpan<byte> name) =>
        !element.TryGet(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.ValueKind == JsonValueKind.Number ? value.GetRawText()
        : null;

    /// <summary>Reads how many: what is below 0 is no count.</summary>
    public static long? GetCount(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGet(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long count) && count >= 0 ? count : null;

    /// <summary>Reads an amount of money: exact, where a double would round it.</summary>
    public static decimal? GetAmount(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGet(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal amount) ? amount : null;

    public static DateTimeOffset? GetUnixTime(this JsonElement element, ReadOnlySpan<byte> name)
    {
        // Bounded to what DateTimeOffset can hold; a server's 0 means that it does not know.
        return element.TryGet(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out double seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;
    }
}
