using System.Text;

namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>Takes the longest known piece, again and again; a word that this does not cover is unknown as a whole.</summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly CharTrie _starts;
    private readonly CharTrie _continuations;
    private readonly int _unknownId;
    private readonly int _maxWordCharacters;

    internal WordPieceModel(Dictionary<string, int> vocabulary, string continuingPrefix, int unknownId, int maxWordCharacters)
    {
        _vocabulary = vocabulary;
        _unknownId = unknownId;
        _maxWordCharacters = maxWordCharacters;
        _starts = new CharTrie(vocabulary);
        _continuations = new CharTrie(vocabulary
            .Where(e => e.Key.StartsWith(continuingPrefix, StringComparison.Ordinal))
            .Select(e => KeyValuePair.Create(e.Key[continuingPrefix.Length..], e.Value)));
    }

    internal override void Encode(ReadOnlySpan<char> piece, TokenBuffer ids, EncodingScratch scratch)
    {
        // A word of so many code points has at least as many code units.
        if (piece.Length > _maxWordCharacters && CountRunes(piece) > _maxWordCharacters)
        {
            ids.Add(_unknownId);
            return;
        }

        int before = ids.Count;
        CharTrie trie = _starts;
        while (!piece.IsEmpty)
        {
            int length = trie.Longest(piece, out int id);
            if (length == 0)
            {
                ids.Truncate(before);
                ids.Add(_unknownId);
                return;
            }

            ids.Add(id);
            piece = piece[length..];
            trie = _continuations;
        }
    }

    internal override bool TryGetId(string token, out int id) => _vocabulary.TryGetValue(token, out id);

    private static int CountRunes(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
