using System.Buffers;

namespace LlmRouting.TextAnalysis;

/// <summary>Tells what the user wrote from what a harness put into the user's message.</summary>
/// <remarks>
/// A block counts as noise only when its closing tag follows; a tag that is never closed is text like any other, so that a user who merely
/// writes one does not lose the rest of the message. Blocks do not nest: the first closing tag ends one. After
/// <see cref="MaxBlocks"/> blocks the rest is taken as it stands, which bounds the work on hostile input.
/// </remarks>
internal struct HarnessNoise
{
    /// <summary>The most blocks that are taken out of one request.</summary>
    public const int MaxBlocks = 1024;

    private static readonly string[] Tags =
        ["<system-reminder>", "<environment_details>", "<environment_context>", "<local-command-stdout>", "<local-command-caveat>"];

    private static readonly string[] EndTags =
        ["</system-reminder>", "</environment_details>", "</environment_context>", "</local-command-stdout>", "</local-command-caveat>"];

    private static readonly SearchValues<string> AnyTag = SearchValues.Create(Tags, StringComparison.Ordinal);

    private int _blocks;
    private int _unclosed;

    /// <summary>Takes the next stretch, of one kind only, off the front of a text.</summary>
    /// <param name="text">What is left of the text; advanced past the stretch.</param>
    /// <param name="isNoise">Receives whether the stretch is a block of noise, tags included.</param>
    /// <returns>The stretch; empty only when <paramref name="text"/> is.</returns>
    public ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text, out bool isNoise)
    {
        isNoise = false;

        // Most texts hold no tag of any kind, and looking for one character takes a fraction of looking for several strings.
        int from = text.IndexOf('<');
        while (from >= 0 && _blocks < MaxBlocks && text[from..].IndexOfAny(AnyTag) is >= 0 and var found)
        {
            int start = from + found;
            int tag = TagAt(text[start..]);
            int end = (_unclosed & 1 << tag) != 0 ? -1 : text[start..].IndexOf(EndTags[tag], StringComparison.Ordinal);
            _blocks++;
            if (end < 0)
            {
                // No later tag of this name can be closed either: do not look for its end again.
                _unclosed |= 1 << tag;
                from = start + Tags[tag].Length;
                continue;
            }

            isNoise = start == 0;
            int length = isNoise ? end + EndTags[tag].Length : start;
            _blocks -= isNoise ? 0 : 1;
            return Cut(ref text, length);
        }

        return Cut(ref text, text.Length);
    }

    /// <summary>Forgets which tags stay open, before another text.</summary>
    public void StartText() => _unclosed = 0;

    private static int TagAt(ReadOnlySpan<char> text)
    {
        int tag = 0;
        while (!text.StartsWith(Tags[tag], StringComparison.Ordinal))
        {
            tag++;
        }

        return tag;
    }

    private static ReadOnlySpan<char> Cut(ref ReadOnlySpan<char> text, int length)
    {
        ReadOnlySpan<char> piece = text[..length];
        text = text[length..];
        return piece;
    }
}
