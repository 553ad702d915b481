using System.Buffers;

namespace LlmRouting.Learning;

/// <summary>Receives the features of one text, so that the next text needs no new memory.</summary>
/// <remarks>Not thread-safe; keep one a thread, or rent and dispose. Disposing returns its arrays to the shared pool.</remarks>
public sealed class FeatureBuffer : IDisposable
{
    private const int Empty = -1;
    private readonly float[] _dense = new float[DenseFeatures.Count];
    private char[] _text = [];
    private uint[] _codes = [];
    private uint[] _hashes = [];
    private int[] _slots = [];
    private int[] _indices = [];
    private int[] _counts = [];
    private int _mask;

    /// <summary>Gets which features occur, each once; in no useful order.</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, Count);

    /// <summary>Gets how often each feature of <see cref="Indices"/> occurs.</summary>
    public ReadOnlySpan<int> Counts => _counts.AsSpan(0, Count);

    /// <summary>Gets the dense features, in the order of <see cref="DenseFeatures.Names"/>.</summary>
    public ReadOnlySpan<float> Dense => _dense;

    /// <summary>Gets how many different features occur.</summary>
    public int Count { get; private set; }

    internal Span<float> WritableDense => _dense;

    /// <summary>Returns the memory; the buffer may be used again afterwards.</summary>
    public void Dispose()
    {
        Return(ref _text);
        Return(ref _codes);
        Return(ref _hashes);
        Return(ref _slots);
        Return(ref _indices);
        Return(ref _counts);
        Count = 0;
    }

    internal Span<char> Text(int length) => Ensure(ref _text, length);

    internal Span<uint> Codes(int length) => Ensure(ref _codes, length);

    internal Span<uint> Hashes(int length) => Ensure(ref _hashes, length);

    /// <summary>Forgets what was counted and makes room.</summary>
    /// <param name="most">How many features will be added at the most.</param>
    internal void Clear(int most)
    {
        Count = 0;
        int size = 16;
        while (size < most * 2)
        {
            size *= 2;
        }

        _mask = size - 1;
        Ensure(ref _slots, size).Fill(Empty);
        Ensure(ref _indices, most);
        Ensure(ref _counts, most);
    }

    internal void Add(int index)
    {
        // Indices are hashes already, so their low bits spread well; what follows is linear probing.
        int[] slots = _slots;
        int slot = index & _mask;
        while (true)
        {
            int entry = slots[slot];
            if (entry == Empty)
            {
                slots[slot] = Count;
                _indices[Count] = index;
                _counts[Count++] = 1;
                return;
            }

            if (_indices[entry] == index)
            {
                _counts[entry]++;
                return;
            }

            slot = (slot + 1) & _mask;
        }
    }

    private static Span<T> Ensure<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            Return(ref array);
            array = ArrayPool<T>.Shared.Rent(length);
        }

        return array.AsSpan(0, length);
    }

    // The text's buffers are cleared: pooled memory is handed to strangers.
    private static void Return<T>(ref T[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<T>.Shared.Return(array, clearArray: true);
            array = [];
        }
    }
}
