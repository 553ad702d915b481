using System.Text;
using System.Text.Json;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Is what a simulated model reads of a chat completions request.</summary>
internal sealed record ChatCall
{
    public required string Model { get; init; }

    public required bool Stream { get; init; }

    public required bool IncludeUsage { get; init; }

    /// <summary>Gets the estimated tokens of all messages.</summary>
    public required int Tokens { get; init; }

    /// <summary>Gets what the user said last.</summary>
    public required string LastUserText { get; init; }

    /// <summary>Gets the results of the tools that were called last; null when the last message is no such result.</summary>
    public string? ToolResult { get; init; }

    /// <summary>Gets the schema that the answer is to follow.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Gets the first tool that may be called.</summary>
    public JsonElement? Tool { get; init; }

    /// <exception cref="KeyNotFoundException">Something that every request has is missing.</exception>
    /// <exception cref="InvalidOperationException">Something is of another type than in every request.</exception>
    public static ChatCall Read(JsonElement body)
    {
        int tokens = 0;
        string lastUserText = "";
        string? toolResult = null;
        foreach (JsonElement message in body.GetProperty("messages").EnumerateArray())
        {
            string text = TextOf(message);
            string? role = message.GetProperty("role").GetString();
            tokens += 4 + CountTokens(text);
            lastUserText = role == "user" ? text : lastUserText;
            toolResult = role == "tool" ? text : null;
        }

        return new ChatCall
        {
            Model = body.GetProperty("model").GetString() ?? "",
            Stream = Find(body, "stream") is { ValueKind: JsonValueKind.True },
            IncludeUsage = Find(body, "stream_options", "include_usage") is { ValueKind: JsonValueKind.True },
            Tokens = tokens + CountTokens(Find(body, "tools")?.GetRawText() ?? ""),
            LastUserText = lastUserText,
            ToolResult = toolResult,
            Schema = Find(body, "response_format", "json_schema", "schema")?.Clone(),
            Tool = Find(body, "tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0 ? tools[0].GetProperty("function").Clone() : null,
        };
    }

    /// <summary>Estimates tokens: four bytes of UTF-8 each, which is near enough for a simulator in any script.</summary>
    public static int CountTokens(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    private static string TextOf(JsonElement message) => Find(message, "content") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() ?? "",
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(static part => Find(part, "text")?.GetString())),
        _ => "",
    };

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }
}
