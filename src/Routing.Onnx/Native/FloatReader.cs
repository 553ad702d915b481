using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Reads numbers of any floating type as floats.</summary>
internal static class FloatReader
{
    /// <summary>Converts elements.</summary>
    /// <param name="source">Their bytes.</param>
    /// <param name="type">Their type.</param>
    /// <param name="target">Receives them; as many as there are.</param>
    /// <exception cref="OnnxRuntimeException">They are no floating numbers.</exception>
    public static void Read(ReadOnlySpan<byte> source, OrtElementType type, Span<float> target)
    {
        switch (type)
        {
            case OrtElementType.Float:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(target);
                break;
            case OrtElementType.Float16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(source);
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = (float)halves[i];
                }

                break;
            case OrtElementType.BFloat16:
                ReadOnlySpan<ushort> brains = MemoryMarshal.Cast<byte, ushort>(source);
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = BitConverter.Int32BitsToSingle(brains[i] << 16);
                }

                break;
            case OrtElementType.Double:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(source);
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = (float)doubles[i];
                }

                break;
            default:
                throw new OnnxRuntimeException($"The model's output holds {type} numbers; Float, Float16, BFloat16 and Double are read.");
        }
    }
}
