using System.Buffers;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Collects ids in a pooled array that grows.</summary>
/// <remarks>Not thread-safe. <see cref="Dispose"/> gives the array back; spans taken before that must not be read after it.</remarks>
public sealed class TokenBuffer : IBufferWriter<int>, IDisposable
{
    private int[] _ids;

    /// <summary>Creates a buffer.</summary>
    /// <param name="capacity">How many ids it holds before it grows; default 128.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    public TokenBuffer(int capacity = 128)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _ids = ArrayPool<int>.Shared.Rent(Math.Max(capacity, 16));
    }

    /// <summary>Gets how many ids were written.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the ids written so far.</summary>
    /// <value>Valid until the next write.</value>
    public ReadOnlySpan<int> Written => _ids.AsSpan(0, Count);

    /// <summary>Appends one id.</summary>
    /// <param name="id">The id.</param>
    public void Add(int id)
    {
        if (Count == _ids.Length)
        {
            Grow(1);
        }

        _ids[Count++] = id;
    }

    /// <summary>Forgets the ids and keeps the array.</summary>
    public void Clear() => Count = 0;

    internal void Truncate(int count) => Count = count;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _ids.Length - Count);
        Count += count;
    }

    /// <inheritdoc/>
    public Memory<int> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _ids.AsMemory(Count);
    }

    /// <inheritdoc/>
    public Span<int> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _ids.AsSpan(Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int[] ids = _ids;
        _ids = [];
        Count = 0;
        if (ids.Length > 0)
        {
            ArrayPool<int>.Shared.Return(ids);
        }
    }

    private void Ensure(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = Math.Max(sizeHint, 1);
        if (_ids.Length - Count < needed)
        {
            Grow(needed);
        }
    }

    private void Grow(int needed)
    {
        int[] larger = ArrayPool<int>.Shared.Rent(Math.Max(checked(Count + needed), Math.Max(16, 2 * _ids.Length)));
        Written.CopyTo(larger);
        if (_ids.Length > 0)
        {
            ArrayPool<int>.Shared.Return(_ids);
        }

        _ids = larger;
    }
}
