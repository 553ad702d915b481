using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Measures how alike vectors of length 1 are to a set of them.</summary>
/// <remarks>
/// Holds the set turned over, in blocks of as many vectors as a register has lanes: so one instruction works for one number of all vectors of a
/// block, and nothing is ever summed across lanes. That is what thousands of comparisons a text cost.
/// </remarks>
internal sealed class Kernel
{
    private static readonly int Lanes = Vector<float>.Count;
    private readonly float[] _blocks;
    private readonly int _rows;
    private readonly int _columns;
    private readonly float _sharpness;

    /// <summary>Takes the set.</summary>
    /// <param name="rows">The vectors, of length 1.</param>
    /// <param name="sharpness">How fast likeness falls with the angle.</param>
    public Kernel(Matrix rows, float sharpness)
    {
        _rows = rows.Rows;
        _columns = rows.Columns;
        _sharpness = sharpness;
        int blocks = (_rows + Lanes - 1) / Lanes;
        _blocks = new float[blocks * Lanes * _columns];
        for (int row = 0; row < _rows; row++)
        {
            Span<float> block = _blocks.AsSpan(row / Lanes * Lanes * _columns, Lanes * _columns);
            ReadOnlySpan<float> from = rows[row];
            for (int column = 0; column < _columns; column++)
            {
                block[(column * Lanes) + (row % Lanes)] = from[column];
            }
        }
    }

    /// <summary>How many numbers <see cref="Evaluate"/> needs room for.</summary>
    public int ScratchLength => (_rows + Lanes - 1) / Lanes * Lanes;

    /// <summary>Computes exp(sharpness x (cosine - 1)) against each vector: 1 for the same direction.</summary>
    /// <param name="vector">A vector of length 1.</param>
    /// <param name="scratch">Room for <see cref="ScratchLength"/> numbers.</param>
    /// <returns>The part of <paramref name="scratch"/> that holds one number for each vector.</returns>
    public ReadOnlySpan<float> Evaluate(ReadOnlySpan<float> vector, Span<float> scratch)
    {
        Span<float> values = scratch[..ScratchLength];
        Span<Vector<float>> results = MemoryMarshal.Cast<float, Vector<float>>(values);
        ReadOnlySpan<Vector<float>> blocks = MemoryMarshal.Cast<float, Vector<float>>(_blocks);
        vector = vector[.._columns];
        for (int block = 0; block < results.Length; block++)
        {
            // Two sums, so that one addition need not wait for the other.
            ReadOnlySpan<Vector<float>> numbers = blocks.Slice(block * vector.Length, vector.Length);
            Vector<float> even = Vector<float>.Zero;
            Vector<float> odd = Vector<float>.Zero;
            int i = 0;
            for (; i < vector.Length - 1; i += 2)
            {
                even = Vector.MultiplyAddEstimate(numbers[i], new Vector<float>(vector[i]), even);
                odd = Vector.MultiplyAddEstimate(numbers[i + 1], new Vector<float>(vector[i + 1]), odd);
            }

            even = i < vector.Length ? Vector.MultiplyAddEstimate(numbers[i], new Vector<float>(vector[i]), even) : even;
            results[block] = (even + odd - Vector<float>.One) * _sharpness;
        }

        TensorPrimitives.Exp(values, values);
        return values[.._rows];
    }
}
