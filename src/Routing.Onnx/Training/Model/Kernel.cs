using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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
            destination[i] = sharpness * (Dot(rows[i], vector) - 1);
        }

        TensorPrimitives.Exp(destination, destination);
    }

    // Thousands of times a text, for some sixty numbers: too short for the general routine's checks to pay.
    private static float Dot(ReadOnlySpan<float> row, ReadOnlySpan<float> vector)
    {
        ReadOnlySpan<Vector<float>> left = MemoryMarshal.Cast<float, Vector<float>>(row);
        ReadOnlySpan<Vector<float>> right = MemoryMarshal.Cast<float, Vector<float>>(vector)[..left.Length];
        Vector<float> even = Vector<float>.Zero;
        Vector<float> odd = Vector<float>.Zero;
        int i = 0;
        for (; i < left.Length - 1; i += 2)
        {
            even += left[i] * right[i];
            odd += left[i + 1] * right[i + 1];
        }

        float sum = Vector.Sum(i < left.Length ? even + odd + (left[i] * right[i]) : even + odd);
        for (i = left.Length * Vector<float>.Count; i < row.Length; i++)
        {
            sum += row[i] * vector[i];
        }

        return sum;
    }
}
