using System.Numerics.Tensors;

namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Holds a sparse matrix, row by row, in compressed form.</summary>
internal sealed class SparseMatrix(int columns, int[] starts, int[] indices, float[] values)
{
    public int Rows => starts.Length - 1;

    public int Columns { get; } = columns;

    public ReadOnlySpan<int> Indices(int row) => indices.AsSpan(starts[row], starts[row + 1] - starts[row]);

    public ReadOnlySpan<float> Values(int row) => values.AsSpan(starts[row], starts[row + 1] - starts[row]);

    /// <summary>Multiplies with a dense matrix.</summary>
    public Matrix Multiply(Matrix right, Work work)
    {
        var result = new Matrix(Rows, right.Columns);
        work.For(Rows, row =>
        {
            Span<float> sum = result[row];
            ReadOnlySpan<int> at = Indices(row);
            ReadOnlySpan<float> by = Values(row);
            for (int i = 0; i < at.Length; i++)
            {
                TensorPrimitives.MultiplyAdd(right[at[i]], by[i], sum, sum);
            }
        });
        return result;
    }

    /// <summary>Turns rows into columns, so that a product with the transposed matrix is summed in a fixed order, too.</summary>
    public SparseMatrix Transpose()
    {
        int[] first = new int[Columns + 1];
        foreach (int column in indices)
        {
            first[column + 1]++;
        }

        for (int i = 0; i < Columns; i++)
        {
            first[i + 1] += first[i];
        }

        int[] rows = new int[indices.Length];
        float[] turned = new float[indices.Length];
        int[] next = first[..^1];
        for (int row = 0; row < Rows; row++)
        {
            for (int i = starts[row]; i < starts[row + 1]; i++)
            {
                int place = next[indices[i]]++;
                rows[place] = row;
                turned[place] = values[i];
            }
        }

        return new SparseMatrix(Rows, first, rows, turned);
    }
}
