namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>Takes the most probable sequence of pieces, as SentencePiece does.</summary>
/// <remarks>Viterbi over positions, one walk down a trie from each; linear in the text for pieces of bounded length.</remarks>
internal sealed class UnigramModel : TokenModel
{
    // What SentencePiece takes off the worst score for a character that no piece covers.
    private const double UnknownPenalty = 10;

    private readonly Dictionary<string, int> _vocabulary;
    private readonly double[] _scores;
    private readonly CharTrie _trie;
    private readonly double _unknownScore;
    private readonly int _unknownId;
    private readonly ByteTokens? _bytes;

    internal UnigramModel(Dictionary<string, int> vocabulary, double[] scores, int unknownId, ByteTokens? bytes)
    {
        _vocabulary = vocabulary;
        _scores = scores;
        _trie = new CharTrie(vocabulary);
        _unknownId = unknownId;
        _unknownScore = scores.Min() - UnknownPenalty;
        _bytes = bytes;
    }

    internal override void Encode(ReadOnlySpan<char> piece, TokenBuffer ids, EncodingScratch scratch)
    {
        Span<BestPath.Step> steps = scratch.Path.Start(piece.Length);
        FindPath(piece, steps);
        WritePath(piece, steps, ids);
    }

    internal override bool TryGetId(string token, out int id) => _vocabulary.TryGetValue(token, out id);

    private void FindPath(ReadOnlySpan<char> piece, Span<BestPath.Step> steps)
    {
        for (int from = 0; from < piece.Length;)
        {
            double before = steps[from].Score;
            int single = char.IsHighSurrogate(piece[from]) && from + 1 < piece.Length ? 2 : 1;
            bool hasSingle = false;
            int node = CharTrie.Root;
            for (int at = from; at < piece.Length && (node = _trie.Step(node, piece[at])) >= 0; at++)
            {
                int id = _trie.ValueAt(node);
                if (id < 0)
                {
                    continue;
                }

                hasSingle |= at + 1 - from == single;
                Offer(steps, at + 1, new BestPath.Step(from, id, before + _scores[id]));
            }

            if (!hasSingle)
            {
                Offer(steps, from + single, new BestPath.Step(from, _unknownId, before + _unknownScore));
            }

            from += single;
        }
    }

    // On a tie the piece that begins earlier stays: the longer one.
    private static void Offer(Span<BestPath.Step> steps, int at, BestPath.Step step)
    {
        if (steps[at].From < 0 || step.Score > steps[at].Score)
        {
            steps[at] = step;
        }
    }

    private void WritePath(ReadOnlySpan<char> piece, Span<BestPath.Step> steps, TokenBuffer ids)
    {
        // Turned round in place: each step is told where it ends instead of where it begins.
        int end = piece.Length;
        int next = -1;
        int nextId = 0;
        while (end >= 0)
        {
            BestPath.Step step = steps[end];
            steps[end] = new BestPath.Step(next, nextId, 0);
            next = end;
            nextId = step.Id;
            end = end == 0 ? -1 : step.From;
        }

        for (int at = 0; at < piece.Length;)
        {
            int to = steps[at].From;
            if (steps[at].Id != _unknownId)
            {
                ids.Add(steps[at].Id);
                at = to;
                continue;
            }

            // Neighbours that nobody knows are one unknown.
            while (to < piece.Length && steps[to].Id == _unknownId)
            {
                to = steps[to].From;
            }

            if (_bytes is null || !_bytes.TryWrite(piece[at..to], ids))
            {
                ids.Add(_unknownId);
            }

            at = to;
        }
    }
}
