using System.Text;
using System.Text.Json;

namespace LlmRouting.Validation;

/// <summary>Takes the JSON out of an answer: out of code fences, from between prose, with small slips of syntax mended.</summary>
/// <remarks>
/// <para>The answer's own beginning counts first, then the first code fence that holds JSON, then the first object or array in the prose.
/// A value that starts and turns out to be broken is not passed over for a later one, and never for a part of itself. Single quotes,
/// missing quotes and missing brackets are not mended. Thread-safe; linear in the length of the text.</para>
/// </remarks>
public static class JsonExtractor
{
    /// <summary>How deep arrays and objects may nest.</summary>
    public const int MaxDepth = 128;

    // Prose holds a few bracketed words; a text with more of them than this is no answer in JSON.
    private const int MaxBrackets = 64;

    /// <summary>Finds the first JSON value of a text.</summary>
    /// <param name="text">The answer; broken surrogates are replaced and count as repaired.</param>
    /// <param name="mayRepair">Whether slips of syntax are mended; default true.</param>
    /// <returns>What was found.</returns>
    public static JsonExtraction Extract(string text, bool mayRepair = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> all = text;
        int at = JsonLocator.Find(all);
        if (at >= 0)
        {
            return Read(all[at..], mayRepair);
        }

        int start = JsonLocator.SkipPreamble(all);
        if (start < 0)
        {
            return default;
        }

        ReadOnlySpan<char> rest = all[start..].TrimEnd();
        JsonExtraction whole = StartsPlainValue(rest) ? ReadStrict(rest, JsonExtractionKind.Clean) : default;
        return whole.Json?.Length == rest.Length ? whole : FindInProse(rest, mayRepair);
    }

    // A text, number or literal is an answer only when it is all of it.
    private static bool StartsPlainValue(ReadOnlySpan<char> text) =>
        !text.IsEmpty && text[0] is '"' or '-' or (>= '0' and <= '9') or 't' or 'f' or 'n';

    private static JsonExtraction FindInProse(ReadOnlySpan<char> text, bool mayRepair)
    {
        int at = 0;
        int plainArray = -1;
        for (int brackets = 0; brackets < MaxBrackets && text[at..].IndexOfAny('{', '[') is >= 0 and var found; brackets++)
        {
            at += found;
            if (JsonLocator.OpensJson(text, at))
            {
                return Read(text[at..], mayRepair);
            }

            // "[1]" may be an array or a footnote: it is the answer only when there is nothing better.
            int end = EndOfBracket(text, at);
            if (end < 0)
            {
                return default;
            }

            plainArray = plainArray < 0 && text[at] == '[' && Read(text[at..end], mayRepair).Kind != JsonExtractionKind.None
                ? at
                : plainArray;
            at = end;
        }

        return plainArray < 0 ? default : Read(text[plainArray..], mayRepair);
    }

    private static JsonExtraction Read(ReadOnlySpan<char> text, bool mayRepair)
    {
        JsonExtraction strict = ReadStrict(text, JsonExtractionKind.Clean);
        if (strict.Kind == JsonExtractionKind.Repaired)
        {
            return mayRepair ? strict : default;
        }

        return strict.Kind != JsonExtractionKind.None || !mayRepair || text[0] is not ('{' or '[' or '/') ? strict
            : JsonMender.Mend(text) is { } mended ? ReadStrict(mended.AsSpan().TrimStart(), JsonExtractionKind.Repaired)
            : default;
    }

    private static JsonExtraction ReadStrict(ReadOnlySpan<char> text, JsonExtractionKind kind)
    {
        if (text.IsEmpty)
        {
            return default;
        }

        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = MaxDepth, AllowMultipleValues = true });
        try
        {
            if (!reader.Read() || !reader.TrySkip())
            {
                return default;
            }
        }
        catch (JsonException)
        {
            return default;
        }

        int length = (int)reader.BytesConsumed;
        string json = Encoding.UTF8.GetString(utf8, 0, length);

        // Half a surrogate pair has no form in UTF-8 and was replaced on the way.
        bool isExact = text.StartsWith(json, StringComparison.Ordinal);
        return new JsonExtraction(isExact ? kind : JsonExtractionKind.Repaired, utf8, length, json);
    }

    private static int EndOfBracket(ReadOnlySpan<char> text, int start)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            depth += text[i] switch { '{' or '[' => 1, '}' or ']' => -1, _ => 0 };
            if (depth == 0)
            {
                return i + 1;
            }
        }

        return -1;
    }
}
