using System.Globalization;
using System.Text.Json;

namespace LlmRouting.Providers;

/// <summary>Holds what a service said about a failure, in whichever of the usual shapes.</summary>
/// <param name="Code">Its code, such as <c>rate_limit_exceeded</c>; null when it gave none.</param>
/// <param name="Type">Its type, such as <c>invalid_request_error</c>; null when it gave none.</param>
/// <param name="Message">Its own words: for matching only, since they may quote the request or the key.</param>
/// <param name="Flagged">Whether a moderation result came with it.</param>
internal readonly record struct ErrorBody(string? Code, string? Type, string? Message, bool Flagged)
{
    /// <summary>Gets the HTTP status that the code is, as OpenRouter sends it; 0 when it is none.</summary>
    public int Status =>
        int.TryParse(Code, NumberStyles.None, CultureInfo.InvariantCulture, out int status) && status is >= 400 and < 600 ? status : 0;

    /// <summary>Reads the body of a failed response; one that is not JSON says nothing.</summary>
    public static ErrorBody Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return Read(JsonElement.Parse(body));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>Reads <c>{"error":{…}}</c>, <c>{"error":"…"}</c>, <c>{"message":…}</c>, <c>{"detail":…}</c>, or the first of an array of these.</summary>
    public static ErrorBody Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0];
        }

        return root.TryGet("error"u8, out JsonElement error) ? ReadError(error) : ReadError(root);
    }

    /// <summary>Reads the error itself.</summary>
    public static ErrorBody ReadError(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String)
        {
            return new(null, null, error.GetString(), Flagged: false);
        }

        bool flagged = error.TryGet("metadata"u8, out JsonElement metadata)
            && (metadata.TryGet("flagged_input"u8, out _) || metadata.TryGet("reasons"u8, out _));
        string? type = error.GetText("type"u8) ?? error.GetText("status"u8);
        return new(error.GetCode("code"u8), type, error.GetText("message"u8) ?? error.GetText("detail"u8), flagged);
    }

    /// <summary>Names the error in a few characters that are safe to show.</summary>
    public string Describe() => Safe(Code) ?? Safe(Type) ?? "no code";

    private static string? Safe(string? name) =>
        name is { Length: > 0 and <= 64 } && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? name : null;
}
