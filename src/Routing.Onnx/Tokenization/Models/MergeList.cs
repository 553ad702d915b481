namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>The symbols of a word while byte-pair encoding merges them.</summary>
/// <remarks>A linked list in arrays and a queue of pairs that can be merged: n log n for a word of n symbols. Not thread-safe.</remarks>
internal sealed class MergeList
{
    private const int KeptSymbols = 16 * 1024;

    private readonly PriorityQueue<Pair, long> _queue = new();
    private Symbol[] _symbols = new Symbol[64];
    private int _count;

    internal void Clear() => _count = 0;

    internal int Count => _count;

    internal void Add(int id)
    {
        if (_count == _symbols.Length)
        {
            Array.Resize(ref _symbols, 2 * _count);
        }

        _symbols[_count] = new Symbol(id, _count - 1, _count + 1);
        _count++;
    }

    /// <summary>Merges until nothing can be merged: always the pair of the lowest rank, the leftmost of equal ones.</summary>
    internal void Merge(Dictionary<long, Merge> merges)
    {
        for (int i = 0; i + 1 < _count; i++)
        {
            Offer(i, merges);
        }

        while (_queue.TryDequeue(out Pair pair, out _))
        {
            ref Symbol left = ref _symbols[pair.At];
            if (left.Id != pair.Left || left.Next >= _count || _symbols[left.Next].Id != pair.Right)
            {
                continue;
            }

            ref Symbol right = ref _symbols[left.Next];
            right.Id = -1;
            left.Id = pair.Merged;
            left.Next = right.Next;
            if (right.Next < _count)
            {
                _symbols[right.Next].Previous = pair.At;
                Offer(pair.At, merges);
            }

            if (left.Previous >= 0)
            {
                Offer(left.Previous, merges);
            }
        }
    }

    internal void WriteTo(TokenBuffer ids)
    {
        for (int i = 0; i < _count; i = _symbols[i].Next)
        {
            ids.Add(_symbols[i].Id);
        }
    }

    internal void Trim()
    {
        _count = 0;
        if (_symbols.Length > KeptSymbols)
        {
            _symbols = new Symbol[64];
            _queue.TrimExcess();
        }
    }

    internal static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private void Offer(int at, Dictionary<long, Merge> merges)
    {
        int left = _symbols[at].Id;
        int right = _symbols[_symbols[at].Next].Id;
        if (merges.TryGetValue(Key(left, right), out Merge merge))
        {
            _queue.Enqueue(new Pair(at, left, right, merge.Id), ((long)merge.Rank << 32) | (uint)at);
        }
    }

    private record struct Symbol(int Id, int Previous, int Next);

    private readonly record struct Pair(int At, int Left, int Right, int Merged);
}
