using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Cuts requests into parts such that no question stands on both sides of a cut.</summary>
internal static class FoldAssignment
{
    /// <summary>Gives each request its part, from 0.</summary>
    /// <remarks>
    /// Requests with the same stem go together: the text up to its answer options, letters and digits only. A question that occurs twice with other
    /// options would otherwise be answered from memory.
    /// </remarks>
    internal static int[] Create(IReadOnlyList<LabelledRequest> requests, int folds, int seed) => Create(requests, Stem, folds, seed);

    /// <summary>Gives each request its part, from 0, such that no group stands on both sides of a cut: each part asks of subjects that the others do not have.</summary>
    /// <remarks>A request without a group is a group of its own, together with those of the same stem.</remarks>
    internal static int[] CreateByGroup(IReadOnlyList<LabelledRequest> requests, int folds, int seed) => Create(requests, static request => request.Group ?? Stem(request), folds, seed);

    private static int[] Create(IReadOnlyList<LabelledRequest> requests, Func<LabelledRequest, string> keyOf, int folds, int seed)
    {
        Dictionary<string, List<int>> groups = new(StringComparer.Ordinal);
        for (int i = 0; i < requests.Count; i++)
        {
            string key = keyOf(requests[i]);
            if (!groups.TryGetValue(key, out List<int>? rows))
            {
                groups.Add(key, rows = []);
            }

            rows.Add(i);
        }

        List<int>[] shuffled = [.. groups.Values];
        new Random(seed).Shuffle(shuffled);
        int[] fold = new int[requests.Count];
        int[] sizes = new int[folds];
        foreach (List<int> rows in shuffled)
        {
            int smallest = Array.IndexOf(sizes, sizes.Min());
            sizes[smallest] += rows.Count;
            rows.ForEach(row => fold[row] = smallest);
        }

        return fold;
    }

    internal static string Stem(LabelledRequest request)
    {
        if (request.Text is null)
        {
            return request.Id;
        }

        int options = request.Text.IndexOf("\nA. ", StringComparison.Ordinal);
        options = options < 0 ? request.Text.IndexOf("\nA) ", StringComparison.Ordinal) : options;
        ReadOnlySpan<char> text = options > 0 ? request.Text.AsSpan(0, options) : request.Text;
        char[] kept = new char[text.Length];
        int length = 0;
        foreach (char character in text)
        {
            if (char.IsLetterOrDigit(character))
            {
                kept[length++] = char.ToLowerInvariant(character);
            }
        }

        return length > 0 ? new string(kept, 0, length) : request.Text;
    }
}
