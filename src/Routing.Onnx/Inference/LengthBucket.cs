using System.Numerics;

namespace LlmRouting.Onnx.Inference;

/// <summary>Sorts rows by length, so that what is run together is padded by less than a half.</summary>
internal static class LengthBucket
{
    /// <summary>Gets the bucket: 0 up to 16 tokens, then one for each doubling.</summary>
    public static int Of(int length) => BitOperations.Log2((uint)Math.Max(length - 1, 15)) - 3;
}
