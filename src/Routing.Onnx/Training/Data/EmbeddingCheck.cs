using System.Numerics.Tensors;

namespace LlmRouting.Onnx.Training.Data;

/// <summary>Says what is wrong with an embedding.</summary>
internal static class EmbeddingCheck
{
    // Several times what embedding models give; beyond it somebody confused something, and memory would run out later.
    private const int Most = 16384;

    /// <summary>Finds what is wrong.</summary>
    /// <returns>Half a sentence that begins with a verb; null where nothing is.</returns>
    public static string? FindError(ReadOnlySpan<float> embedding)
    {
        if (embedding.IsEmpty)
        {
            return "is empty";
        }

        if (embedding.Length > Most)
        {
            return $"has {embedding.Length} numbers; at most {Most} are read";
        }

        foreach (float value in embedding)
        {
            if (!float.IsFinite(value))
            {
                return "holds a number that is not finite";
            }
        }

        // Its direction is all that is used: what has none, or is too long for single precision to tell, cannot be.
        float length = TensorPrimitives.Norm(embedding);
        return length > 0 && float.IsFinite(length) ? null : "is zero, or too large to have a direction";
    }
}
