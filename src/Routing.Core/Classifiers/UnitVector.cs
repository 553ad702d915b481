using System.Numerics;

namespace LlmRouting.Classifiers;

/// <summary>Vectors of length one, whose dot product is their cosine.</summary>
internal static class UnitVector
{
    /// <summary>Copies a vector, scaled to length one.</summary>
    /// <exception cref="InvalidOperationException">It has no direction: it is empty, zero or not finite.</exception>
    internal static float[] From(ReadOnlySpan<float> vector)
    {
        float length = MathF.Sqrt(Dot(vector, vector));
        if (!(length > 0) || !float.IsFinite(length))
        {
            throw new InvalidOperationException("The embedding generator returned a vector without a direction: empty, zero, or not finite.");
        }

        float[] unit = new float[vector.Length];
        for (int i = 0; i < unit.Length; i++)
        {
            unit[i] = vector[i] / length;
        }

        return unit;
    }

    /// <summary>Multiplies two vectors of the same length.</summary>
    internal static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        int width = Vector<float>.Count;
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= left.Length - width; i += width)
        {
            sums += new Vector<float>(left.Slice(i, width)) * new Vector<float>(right.Slice(i, width));
        }

        float sum = Vector.Sum(sums);
        for (; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
