using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Is a tensor in a buffer of its own that native code may point into, to be filled again for every run.</summary>
/// <remarks>Not thread-safe. The buffer is pinned for good and only grows, so that a run allocates nothing once the sizes have settled.</remarks>
internal sealed class OrtTensor(OrtElementType type)
{
    public const int MaxRank = 8;

    private readonly long[] _shape = new long[MaxRank];
    private byte[] _bytes = [];

    public OrtElementType Type { get; } = type;

    /// <summary>Gets the dimensions.</summary>
    public ReadOnlySpan<long> Shape => _shape.AsSpan(0, Rank);

    public int Rank { get; private set; }

    /// <summary>Gets how many elements there are.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the elements' bytes.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Count * Size(Type));

    /// <summary>Gives the tensor a shape; its elements are then whatever was there before.</summary>
    public void Resize(params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long dimension in shape)
        {
            count = checked(count * dimension);
        }

        shape.CopyTo(_shape);
        Rank = shape.Length;
        Count = checked((int)count);
        int needed = checked(Count * Size(Type));
        if (_bytes.Length < needed)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(needed, 2 * _bytes.Length), pinned: true);
        }
    }

    /// <summary>Gets the elements.</summary>
    public Span<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes);

    public static int Size(OrtElementType type) => type switch
    {
        OrtElementType.Int64 or OrtElementType.Double => 8,
        OrtElementType.Int32 or OrtElementType.Float => 4,
        OrtElementType.Float16 or OrtElementType.BFloat16 => 2,
        OrtElementType.UInt8 or OrtElementType.Int8 or OrtElementType.Bool => 1,
        _ => throw new OnnxRuntimeException($"Tensors of {type} are not supported."),
    };
}
