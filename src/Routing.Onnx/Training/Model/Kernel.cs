using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Measures how alike vectors of length 1 are.</summary>
internal static class Kernel
{
    /// <summary>Computes exp(sharpness x (cosine - 1)) against each row: 1 for the same direction.</summary>
    public static void Evaluate(Matrix rows, ReadOnlySpan<float> vector, float sharpness, Span<float> destination)
    {
        destination = destination[..rows.Rows];
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = sharpness * (TensorPrimitives.Dot(rows[i], vector) - 1);
        }

        TensorPrimitives.Exp(destination, destination);
    }
}
