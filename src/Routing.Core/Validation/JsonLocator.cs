using System.Buffers;

namespace LlmRouting.Validation;

/// <summary>Finds where the JSON of an answer starts, whenever there is no doubt about it.</summary>
/// <remarks>
/// What it says of the beginning of a text it says of the whole text too: the early check of a stream and the extraction from the whole
/// answer stand on this one rule, so that the first can never reject what the second accepts.
/// </remarks>
internal static class JsonLocator
{
    /// <summary>Says that the start is not known, or not yet.</summary>
    public const int Unknown = -1;

    private const string Fence = "```";
    private static readonly string[] JsonLanguages = ["json", "jsonc", "json5"];

    // Models that think aloud in their answer; drafts of the JSON in there are not the answer.
    private static readonly string[] ThoughtTags = ["think", "thinking", "reasoning"];
    private static readonly SearchValues<char> Blank = SearchValues.Create(" \t\r\n\uFEFF\u200B");

    /// <summary>Finds the start of the value.</summary>
    /// <returns>Its index, or <see cref="Unknown"/>.</returns>
    public static int Find(ReadOnlySpan<char> text)
    {
        int start = SkipPreamble(text);
        if (start < 0 || start == text.Length)
        {
            return Unknown;
        }

        return OpensJson(text, start) ? start : FindInFence(text, start);
    }

    /// <summary>Skips blanks, a byte order mark and a closed block of thoughts.</summary>
    /// <returns>Where the rest starts; <see cref="Unknown"/> when a block of thoughts is not closed.</returns>
    public static int SkipPreamble(ReadOnlySpan<char> text)
    {
        int start = SkipBlank(text, 0);
        foreach (string tag in ThoughtTags)
        {
            ReadOnlySpan<char> rest = text[start..];
            if (rest.Length > tag.Length + 1 && rest[0] == '<' && rest[tag.Length + 1] == '>' && rest.Slice(1, tag.Length).SequenceEqual(tag))
            {
                int end = rest.IndexOf($"</{tag}>", StringComparison.Ordinal);
                return end < 0 ? Unknown : SkipBlank(text, start + end + tag.Length + 3);
            }
        }

        return start;
    }

    /// <summary>Tells a bracket that opens JSON from one that belongs to prose, such as <c>[1]</c>, <c>[note]</c> or <c>{name}</c>.</summary>
    public static bool OpensJson(ReadOnlySpan<char> text, int at)
    {
        if (text[at] is not ('{' or '['))
        {
            return false;
        }

        int next = at + 1;
        while (next < text.Length && text[next] is ' ' or '\t' or '\r' or '\n')
        {
            next++;
        }

        if (next == text.Length)
        {
            return false;
        }

        bool isComment = text[next] == '/' && next + 1 < text.Length && text[next + 1] is '/' or '*';
        return isComment || (text[at] == '{' ? text[next] is '"' or '}' : text[next] is '{' or '[' or '"' or ']');
    }

    private static int FindInFence(ReadOnlySpan<char> text, int start)
    {
        int at = start;
        while (NextFence(text, at) is >= 0 and var fence)
        {
            int word = fence + Fence.Length;
            int end = word;
            while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
            {
                end++;
            }

            int content = SkipBlank(text, end);
            if (content == text.Length)
            {
                return Unknown;
            }

            bool isJson = IsJson(text[word..end]);
            if (isJson || (end == word && OpensJson(text, content)))
            {
                return content;
            }

            // Not JSON, or not yet: an opening bracket that is the last character so far may still turn out to open it.
            int close = text[end..].IndexOf(Fence, StringComparison.Ordinal);
            if (close < 0)
            {
                return Unknown;
            }

            at = end + close + Fence.Length;
        }

        return Unknown;
    }

    private static int NextFence(ReadOnlySpan<char> text, int from)
    {
        while (text[from..].IndexOf(Fence, StringComparison.Ordinal) is >= 0 and var found)
        {
            int fence = from + found;
            int before = fence - 1;
            while (before >= 0 && text[before] is ' ' or '\t' or '\uFEFF')
            {
                before--;
            }

            if (before < 0 || text[before] is '\n' or '\r' or '>')
            {
                return fence;
            }

            from = fence + Fence.Length;
        }

        return Unknown;
    }

    private static bool IsJson(ReadOnlySpan<char> language)
    {
        foreach (string known in JsonLanguages)
        {
            if (language.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static int SkipBlank(ReadOnlySpan<char> text, int from)
    {
        int skipped = text[from..].IndexOfAnyExcept(Blank);
        return skipped < 0 ? text.Length : from + skipped;
    }
}
