using System.Buffers;
using System.Text;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Finds added tokens in a text: the leftmost, and of those the longest.</summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal sealed class AddedTokenFinder
{
    private readonly CharTrie _trie;
    private readonly AddedToken[] _tokens;
    private readonly SearchValues<char> _firstCharacters;

    /// <summary>Creates a finder.</summary>
    /// <param name="tokens">The tokens, each with the text by which it is found.</param>
    internal AddedTokenFinder(IReadOnlyList<(string Text, AddedToken Token)> tokens)
    {
        _tokens = [.. tokens.Select(static t => t.Token)];
        _trie = new CharTrie(tokens.Select(static (t, i) => KeyValuePair.Create(t.Text, i)));
        _firstCharacters = SearchValues.Create([.. tokens.Where(static t => t.Text.Length > 0).Select(static t => t.Text[0]).Distinct()]);
    }

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the last token ended.</param>
    /// <param name="start">Where the token begins, white space that it takes along included.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>The token, or null.</returns>
    internal AddedToken? Next(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (int at = from; at < text.Length;)
        {
            int skip = text[at..].IndexOfAny(_firstCharacters);
            if (skip < 0)
            {
                break;
            }

            at += skip;
            int length = _trie.Longest(text[at..], out int index);
            if (length == 0)
            {
                at++;
                continue;
            }

            AddedToken token = _tokens[index];
            start = at;
            end = at + length;
            if (token.IsSingleWord && (EndsInWord(text[..start]) || BeginsWithWord(text[end..])))
            {
                at = end;
                continue;
            }

            if (token.StripsLeft)
            {
                start = from + text[from..start].TrimEnd().Length;
            }

            if (token.StripsRight)
            {
                end = text.Length - text[end..].TrimStart().Length;
            }

            return token;
        }

        start = end = text.Length;
        return null;
    }

    private static bool EndsInWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeLastFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && CodePoints.IsWord(rune);

    private static bool BeginsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && CodePoints.IsWord(rune);
}
