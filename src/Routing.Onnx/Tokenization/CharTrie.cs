namespace LlmRouting.Onnx.Tokenization;

/// <summary>Finds the entries of a vocabulary that a text begins with, in one walk.</summary>
/// <remarks>Immutable, thread-safe. Keys are compared by UTF-16 code unit. Children of a node lie side by side, in order.</remarks>
internal sealed class CharTrie
{
    private readonly char[] _labels;
    private readonly int[] _values;
    private readonly int[] _children;

    /// <summary>Builds a trie.</summary>
    /// <param name="entries">Keys and values; values are not negative, empty keys are left out, the last of equal keys counts.</param>
    internal CharTrie(IEnumerable<KeyValuePair<string, int>> entries)
    {
        KeyValuePair<string, int>[] sorted = [.. entries.Where(static e => e.Key.Length > 0).OrderBy(static e => e.Key, StringComparer.Ordinal)];
        var labels = new List<char> { '\0' };
        var values = new List<int> { -1 };
        var children = new List<int>();
        var ranges = new Queue<(int From, int To, int Depth)>();
        ranges.Enqueue((0, sorted.Length, 0));
        while (ranges.TryDequeue(out (int From, int To, int Depth) range))
        {
            // Nodes are taken from the queue in the order of their numbers, so this one's children start here.
            children.Add(labels.Count);
            int node = children.Count - 1;
            int from = range.From;
            for (; from < range.To && sorted[from].Key.Length == range.Depth; from++)
            {
                values[node] = sorted[from].Value;
            }

            while (from < range.To)
            {
                char label = sorted[from].Key[range.Depth];
                int to = from + 1;
                while (to < range.To && sorted[to].Key[range.Depth] == label)
                {
                    to++;
                }

                labels.Add(label);
                values.Add(-1);
                ranges.Enqueue((from, to, range.Depth + 1));
                from = to;
            }
        }

        children.Add(labels.Count);
        _labels = [.. labels];
        _values = [.. values];
        _children = [.. children];
    }

    /// <summary>The node that every walk begins at.</summary>
    internal const int Root = 0;

    /// <summary>Goes from a node to the one below it.</summary>
    /// <returns>The node, or -1.</returns>
    internal int Step(int node, char label)
    {
        int low = _children[node];
        int high = _children[node + 1] - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            char here = _labels[middle];
            if (here == label)
            {
                return middle;
            }

            if (here < label)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    /// <summary>Gets the value of the key that ends at a node, or -1.</summary>
    internal int ValueAt(int node) => _values[node];

    /// <summary>Finds the longest key that a text begins with.</summary>
    /// <returns>Its length, or 0.</returns>
    internal int Longest(ReadOnlySpan<char> text, out int value)
    {
        value = -1;
        int length = 0;
        int node = Root;
        for (int i = 0; i < text.Length && (node = Step(node, text[i])) >= 0; i++)
        {
            if (_values[node] >= 0)
            {
                value = _values[node];
                length = i + 1;
            }
        }

        return length;
    }
}
