namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Holds a dense matrix, row by row.</summary>
internal sealed class Matrix(int rows, int columns)
{
    private readonly float[] _values = new float[checked(rows * columns)];

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public Span<float> Values => _values;

    public Span<float> this[int row] => _values.AsSpan(row * Columns, Columns);

    /// <summary>Copies some rows into a matrix of their own.</summary>
    public Matrix Take(ReadOnlySpan<int> rows)
    {
        var result = new Matrix(rows.Length, Columns);
        for (int i = 0; i < rows.Length; i++)
        {
            this[rows[i]].CopyTo(result[i]);
        }

        return result;
    }

    /// <summary>Turns rows into columns.</summary>
    public Matrix Transpose()
    {
        var result = new Matrix(Columns, Rows);
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<float> from = this[row];
            for (int column = 0; column < from.Length; column++)
            {
                result[column][row] = from[column];
            }
        }

        return result;
    }
}
