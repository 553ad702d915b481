namespace LlmRouting.Onnx.Tests.Tokenization.Training;

// The training half of byte-pair encoding: merges the commonest pair of neighbours, again and again. Ties go to the pair that sorts first, so
// that a corpus has one result.
internal static class PairMerger
{
    internal static List<(string Left, string Right)> Train(List<(string[] Symbols, int Count)> words, int merges, Func<string, string, string> join)
    {
        var found = new List<(string, string)>();
        while (found.Count < merges)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            foreach ((string[] symbols, int count) in words)
            {
                for (int i = 0; i + 1 < symbols.Length; i++)
                {
                    counts[(symbols[i], symbols[i + 1])] = counts.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
                }
            }

            if (counts.Count == 0)
            {
                break;
            }

            (string Left, string Right) best = counts
                .OrderByDescending(static c => c.Value)
                .ThenBy(static c => c.Key.Left, StringComparer.Ordinal)
                .ThenBy(static c => c.Key.Right, StringComparer.Ordinal)
                .First().Key;
            found.Add(best);
            for (int i = 0; i < words.Count; i++)
            {
                words[i] = (Merge(words[i].Symbols, best, join), words[i].Count);
            }
        }

        return found;
    }

    private static string[] Merge(string[] symbols, (string Left, string Right) pair, Func<string, string, string> join)
    {
        var merged = new List<string>(symbols.Length);
        for (int i = 0; i < symbols.Length; i++)
        {
            bool isPair = i + 1 < symbols.Length && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
            merged.Add(isPair ? join(symbols[i], symbols[++i]) : symbols[i]);
        }

        return merged.Count == symbols.Length ? symbols : [.. merged];
    }
}
