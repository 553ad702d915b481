using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LlmRouting.Classifiers;

/// <summary>Keeps the embeddings of the last texts, by a hash of each: no text is kept.</summary>
/// <remarks>Thread-safe. The least recently used goes first.</remarks>
internal sealed class EmbeddingCache(int capacity)
{
    private readonly Dictionary<UInt128, LinkedListNode<(UInt128 Key, float[] Vector)>> _nodes = [];
    private readonly LinkedList<(UInt128 Key, float[] Vector)> _order = new();
    private readonly Lock _lock = new();

    // Half of SHA-256: nobody can make two texts meet, so nobody can plant an embedding for another's text.
    internal static UInt128 KeyOf(ReadOnlySpan<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    internal float[]? Find(UInt128 key)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(key, out LinkedListNode<(UInt128 Key, float[] Vector)>? node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Vector;
        }
    }

    internal void Add(UInt128 key, float[] vector)
    {
        if (capacity == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (_nodes.ContainsKey(key))
            {
                return;
            }

            if (_nodes.Count == capacity && _order.Last is { } oldest)
            {
                _order.RemoveLast();
                _nodes.Remove(oldest.Value.Key);
            }

            _nodes[key] = _order.AddFirst((key, vector));
        }
    }
}
