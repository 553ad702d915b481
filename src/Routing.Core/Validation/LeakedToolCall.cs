using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Finds a tool call that a model, or the server that should have parsed it, left in the text.</summary>
internal static class LeakedToolCall
{
    // The markers with which chat templates wrap calls: Qwen and Hermes, Mistral, Llama, DeepSeek, Anthropic's older form, GPT-OSS.
    private static readonly SearchValues<string> Markers = SearchValues.Create(
        [
            "<tool_call>", "<|tool_call|>", "<|tool_call_begin|>", "[TOOL_CALLS]", "<|python_tag|>", "<function_calls>", "<function=", "<tool_use>",
            "<\uff5ctool\u2581calls\u2581begin\uff5c>", "<\uff5ctool\u2581call\u2581begin\uff5c>", "<|channel|>commentary to=", "<invoke name=",
        ],
        StringComparison.Ordinal);

    // Whether a place is code takes a look at all that stands before it, so only so many places are looked at.
    private const int MaxPlaces = 32;

    /// <summary>Tells whether an answer's text is, or starts or ends with, a call of a tool that was offered.</summary>
    public static bool IsIn(ReadOnlySpan<char> text, IList<AITool> tools)
    {
        if (text.IsWhiteSpace())
        {
            return false;
        }

        // Inside code a marker may be what the answer explains.
        if (text.IndexOfAny(Markers) is >= 0 and var marker && !IsInCode(text, marker))
        {
            return true;
        }

        return HasCallSyntax(text, tools) || HasCallObject(text.ToString(), tools);
    }

    private static bool IsInCode(ReadOnlySpan<char> text, int at)
    {
        ReadOnlySpan<char> before = text[..at];
        int ticks = before.Count('`');
        return (ticks & 1) == 1 || (before.Count("```") & 1) == 1;
    }

    // "functions.get_weather(" or "to=functions.get_weather", the way OpenAI's models are trained to name tools.
    private static bool HasCallSyntax(ReadOnlySpan<char> text, IList<AITool> tools)
    {
        const string Prefix = "functions.";
        int at = 0;
        int places = 0;
        while (places < MaxPlaces && text[at..].IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var found)
        {
            int start = at + found;
            at = start + Prefix.Length;
            ReadOnlySpan<char> rest = text[at..];
            for (int i = 0; i < tools.Count; i++)
            {
                string name = tools[i].Name;
                bool isNamed = rest.Length > name.Length && rest.StartsWith(name, StringComparison.Ordinal) && rest[name.Length] is '(' or ':' or '{';
                if (isNamed && places++ < MaxPlaces && !IsInCode(text, start))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool HasCallObject(string text, IList<AITool> tools)
    {
        if (!text.Contains("name\"", StringComparison.Ordinal) || JsonExtractor.Extract(text) is not { Json: not null } found)
        {
            return false;
        }

        using JsonDocument document = JsonDocument.Parse(found.Utf8, new JsonDocumentOptions { MaxDepth = JsonExtractor.MaxDepth });
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0];
        }

        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("function", out JsonElement function) && function.ValueKind == JsonValueKind.Object)
        {
            root = function;
        }

        return root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("name", out JsonElement name)
            && name.ValueKind == JsonValueKind.String
            && (root.TryGetProperty("arguments", out _) || root.TryGetProperty("parameters", out _))
            && IsOffered(name, tools);
    }

    private static bool IsOffered(JsonElement name, IList<AITool> tools)
    {
        for (int i = 0; i < tools.Count; i++)
        {
            if (name.ValueEquals(tools[i].Name))
            {
                return true;
            }
        }

        return false;
    }
}
