using System.Text.Json.Nodes;

namespace LlmRouting.Onnx.Tests.Tokenization.Training;

// A small Unigram trainer: starts from all substrings, then twice gives each piece the share of words' best segmentations that it has.
internal static class UnigramTrainer
{
    private const int Size = 2500;
    private const int LongestPiece = 8;

    internal static JsonArray Train(string[] specials, List<(string Word, int Count)> words)
    {
        words = words.ConvertAll(static w => ("\u2581" + w.Word, w.Count));
        Dictionary<string, double> counts = Substrings(words);
        for (int round = 0; round < 2; round++)
        {
            Dictionary<string, double> scores = Scores(counts);
            var used = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach ((string word, int count) in words)
            {
                foreach (string piece in Segment(word, scores))
                {
                    used[piece] = used.GetValueOrDefault(piece) + count;
                }
            }

            // Single characters stay, so that every word of the corpus can be written.
            foreach (string single in counts.Keys.Where(IsSingle))
            {
                used[single] = used.GetValueOrDefault(single) + 0.5;
            }

            counts = used;
        }

        var vocabulary = new JsonArray([.. specials.Select(static s => new JsonArray(s, 0.0))]);
        foreach ((string piece, double score) in Scores(counts).OrderByDescending(static s => s.Value).ThenBy(static s => s.Key, StringComparer.Ordinal))
        {
            vocabulary.Add(new JsonArray(piece, score));
        }

        return vocabulary;
    }

    private static Dictionary<string, double> Substrings(List<(string Word, int Count)> words)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach ((string word, int count) in words)
        {
            for (int from = 0; from < word.Length; from++)
            {
                for (int length = 1; length <= LongestPiece && from + length <= word.Length; length++)
                {
                    string piece = word.Substring(from, length);
                    if (!char.IsLowSurrogate(piece[0]) && !char.IsHighSurrogate(piece[^1]))
                    {
                        counts[piece] = counts.GetValueOrDefault(piece) + count;
                    }
                }
            }
        }

        return counts
            .OrderByDescending(static c => IsSingle(c.Key) ? double.MaxValue : c.Value * c.Key.Length)
            .ThenBy(static c => c.Key, StringComparer.Ordinal)
            .Take(Size)
            .ToDictionary(static c => c.Key, static c => c.Value, StringComparer.Ordinal);
    }

    private static Dictionary<string, double> Scores(Dictionary<string, double> counts)
    {
        double total = counts.Values.Sum();
        return counts.ToDictionary(static c => c.Key, c => Math.Log(c.Value / total), StringComparer.Ordinal);
    }

    private static List<string> Segment(string word, Dictionary<string, double> scores)
    {
        var best = new (double Score, int From)[word.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, -1), 1, word.Length);
        for (int end = 1; end <= word.Length; end++)
        {
            for (int from = Math.Max(0, end - LongestPiece); from < end; from++)
            {
                if (scores.TryGetValue(word[from..end], out double score) && best[from].Score + score > best[end].Score)
                {
                    best[end] = (best[from].Score + score, from);
                }
            }
        }

        var pieces = new List<string>();
        for (int end = word.Length; end > 0 && best[end].From >= 0; end = best[end].From)
        {
            pieces.Add(word[best[end].From..end]);
        }

        return pieces;
    }

    private static bool IsSingle(string piece) => piece.Length == 1 || (piece.Length == 2 && char.IsHighSurrogate(piece[0]));
}
