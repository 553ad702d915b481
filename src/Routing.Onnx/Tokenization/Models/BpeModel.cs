namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>Byte-pair encoding: starts from single characters and merges neighbours in the order that training found.</summary>
internal sealed class BpeModel : TokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<long, Merge> _merges;
    private readonly BpeSettings _settings;
    private readonly ByteTokens? _bytes;

    internal BpeModel(Dictionary<string, int> vocabulary, Dictionary<long, Merge> merges, BpeSettings settings)
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        _settings = settings;
        _bytes = settings.HasByteFallback ? new ByteTokens(vocabulary) : null;
    }

    internal override void Encode(ReadOnlySpan<char> piece, TokenBuffer ids, EncodingScratch scratch)
    {
        if (_settings.IgnoresMerges && _lookup.TryGetValue(piece, out int whole))
        {
            ids.Add(whole);
            return;
        }

        MergeList symbols = scratch.Merges;
        symbols.Clear();
        AddSymbols(piece, symbols, scratch.Ids);
        symbols.Merge(_merges);
        symbols.WriteTo(ids);
    }

    internal override bool TryGetId(string token, out int id) => _vocabulary.TryGetValue(token, out id);

    private void AddSymbols(ReadOnlySpan<char> piece, MergeList symbols, TokenBuffer bytes)
    {
        bool wasUnknown = false;
        for (int at = 0; at < piece.Length;)
        {
            int length = char.IsHighSurrogate(piece[at]) && at + 1 < piece.Length ? 2 : 1;
            ReadOnlySpan<char> character = piece.Slice(at, length);
            bool isUnknown = false;
            if (TryFind(character, at == 0, at + length == piece.Length, out int id))
            {
                symbols.Add(id);
            }
            else if (!TryAddBytes(character, symbols, bytes))
            {
                isUnknown = true;
                if (_settings.UnknownId is { } unknown && !(wasUnknown && _settings.FusesUnknown))
                {
                    symbols.Add(unknown);
                }
            }

            wasUnknown = isUnknown;
            at += length;
        }
    }

    private bool TryFind(ReadOnlySpan<char> character, bool isFirst, bool isLast, out int id)
    {
        string prefix = isFirst ? "" : _settings.ContinuingPrefix;
        string suffix = isLast ? _settings.EndSuffix : "";
        if (prefix.Length + suffix.Length == 0)
        {
            return _lookup.TryGetValue(character, out id);
        }

        // Only models of a few years ago mark the inside or the end of words; they may pay for it.
        return _vocabulary.TryGetValue(string.Concat(prefix, character, suffix), out id);
    }

    private bool TryAddBytes(ReadOnlySpan<char> character, MergeList symbols, TokenBuffer bytes)
    {
        bytes.Clear();
        if (_bytes is null || !_bytes.TryWrite(character, bytes))
        {
            return false;
        }

        foreach (int id in bytes.Written)
        {
            symbols.Add(id);
        }

        return true;
    }
}
