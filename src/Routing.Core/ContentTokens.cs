using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Estimates the tokens of what is not plain text: tools, schemas, arguments, results and media.</summary>
internal static class ContentTokens
{
    // OpenAI, "Images and vision": a 1024 x 1024 image in high detail takes 85 + 4 x 170 tokens in GPT-4o. Anthropic's w x h / 750 gives 1,398.
    public const int PerImage = 765;

    // Google, "Understand and count tokens" (Gemini API): 32 tokens a second of audio; half a minute is assumed.
    public const int PerAudioClip = 960;

    // Anthropic, "PDF support": 1,500 to 3,000 tokens of text a page; one dense page is assumed.
    public const int PerDocument = 3000;

    // OpenAI Cookbook, "How to count tokens with tiktoken": 3 tokens around each message and 3 that open the reply.
    public const int PerMessage = 3;
    public const int PerReply = 3;

    // Same source: 7 to open a function, and about 12 to close the list of them.
    private const int PerTool = 7;
    private const int PerUnknownValue = 48;
    private const int MaxDepth = 4;
    private const int MaxItems = 256;
    private static readonly ConditionalWeakTable<object, StrongBox<int>> Known = [];

    /// <summary>Estimates a tool, once per instance.</summary>
    public static int OfTool(AITool tool) => Known.TryGetValue(tool, out StrongBox<int>? known) ? known.Value : Remember(tool, Measure(tool));

    /// <summary>Estimates a response schema, once per instance of the format.</summary>
    public static int OfSchema(ChatResponseFormatJson format)
    {
        if (Known.TryGetValue(format, out StrongBox<int>? known))
        {
            return known.Value;
        }

        return Remember(format, format.Schema is { } schema ? OfJson(schema) + OfText(format.SchemaName) + OfText(format.SchemaDescription) : 0);
    }

    /// <summary>Estimates an argument or a result, without serialising it: exact for text and JSON, rough for other objects.</summary>
    public static int OfValue(object? value, int depth = 0) => value switch
    {
        null => 1,
        string text => OfText(text),
        JsonElement json => OfJson(json),
        TextContent content => OfText(content.Text),
        DataContent or UriContent => PerImage,
        IConvertible => 2,
        _ when depth >= MaxDepth => PerUnknownValue,
        IDictionary<string, object?> map => OfMap(map, depth),
        IEnumerable items => OfItems(items, depth),
        _ => PerUnknownValue,
    };

    /// <summary>Estimates a text with the default estimate.</summary>
    public static int OfText(string? text) => string.IsNullOrEmpty(text) ? 0 : TokenEstimator.Default.CountTokens(text);

    private static int Measure(AITool tool)
    {
        int tokens = PerTool + OfText(tool.Name) + OfText(tool.Description);
        return tool is AIFunctionDeclaration function ? tokens + OfJson(function.JsonSchema) : tokens;
    }

    private static int Remember(object key, int tokens)
    {
        Known.AddOrUpdate(key, new StrongBox<int>(tokens));
        return tokens;
    }

    private static int OfMap(IDictionary<string, object?> map, int depth)
    {
        int tokens = 2;
        int items = 0;
        foreach (KeyValuePair<string, object?> pair in map)
        {
            tokens += OfText(pair.Key) + 3 + OfValue(pair.Value, depth + 1);
            if (++items == MaxItems)
            {
                return Scale(tokens, map.Count, items);
            }
        }

        return tokens;
    }

    private static int OfItems(IEnumerable items, int depth)
    {
        // What has no count may be endless, or work that only the caller may start.
        if (items is not ICollection { Count: var count })
        {
            return PerUnknownValue;
        }

        int tokens = 2;
        int seen = 0;
        foreach (object? item in items)
        {
            tokens += 1 + OfValue(item, depth + 1);
            if (++seen == MaxItems)
            {
                return Scale(tokens, count, seen);
            }
        }

        return tokens;
    }

    private static int OfJson(JsonElement json)
    {
        if (json.ValueKind is JsonValueKind.Undefined)
        {
            return 0;
        }

        ReadOnlySpan<byte> utf8 = JsonMarshal.GetRawUtf8Value(json);
        int total = utf8.Length;
        if (total > TextSampler.MaxScanned)
        {
            utf8 = utf8[..TextSampler.MaxScanned];
        }

        int read = utf8.Length;
        TextScan scan = default;
        Span<char> buffer = stackalloc char[1024];
        while (!utf8.IsEmpty)
        {
            // One byte never becomes more than one character; a sequence cut in half costs one symbol.
            ReadOnlySpan<byte> piece = utf8[..Math.Min(utf8.Length, buffer.Length)];
            int length = Encoding.UTF8.GetChars(piece, buffer);
            TextScanner.Scan(buffer[..length], isProse: false, ref scan);
            utf8 = utf8[piece.Length..];
        }

        return Scale(TokenEstimator.ToTokens(TokenEstimator.Estimate(in scan)), total, read);
    }

    private static int Scale(int tokens, long total, long seen) => (int)Math.Min(int.MaxValue, tokens * (double)total / Math.Max(1, seen));
}
