using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Reduces an embedding to a few dimensions, and joins it to the latent vector of the words.</summary>
/// <remarks>
/// Both are of length 1 and are multiplied with the root of their share, so that the cosine of two joined vectors is the weighted mean of the two cosines. Immutable and thread-safe.
/// </remarks>
/// <param name="Projection">One row for each dimension, as long as an embedding.</param>
/// <param name="Offset">What is taken off each dimension: the projection of the training requests' mean.</param>
/// <param name="Share">The embedding's share, more than 0 and at most 1.</param>
internal sealed record EmbeddingReduction(Matrix Projection, float[] Offset, float Share)
{
    /// <summary>The least length of a reduced vector that still counts as a direction; the training requests' have 1 on average.</summary>
    /// <remarks>Next to the mean, rounding would choose the direction.</remarks>
    public const float LeastNorm = 0.01f;

    /// <summary>Gets how many numbers an embedding has.</summary>
    public int Length => Projection.Columns;

    /// <summary>Gets to how many it is reduced.</summary>
    public int Dimensions => Projection.Rows;

    /// <summary>Gets what the words' vector is multiplied with.</summary>
    public float WordsFactor => MathF.Sqrt(1 - Share);

    /// <summary>Gets what the reduced embedding is multiplied with.</summary>
    public float EmbeddingFactor => MathF.Sqrt(Share);

    /// <summary>Joins.</summary>
    /// <param name="embedding">As many numbers as <see cref="Length"/>, with a direction.</param>
    /// <param name="words">The vector of the words, of length 1; is scaled.</param>
    /// <param name="destination">Receives <see cref="Dimensions"/> numbers.</param>
    public void Join(ReadOnlySpan<float> embedding, Span<float> words, Span<float> destination)
    {
        float length = TensorPrimitives.Norm(embedding);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (TensorPrimitives.Dot(embedding, Projection[i]) / length) - Offset[i];
        }

        float norm = Math.Max(TensorPrimitives.Norm<float>(destination), LeastNorm);
        TensorPrimitives.Multiply(destination, EmbeddingFactor / norm, destination);
        TensorPrimitives.Multiply(words, WordsFactor, words);
    }
}
