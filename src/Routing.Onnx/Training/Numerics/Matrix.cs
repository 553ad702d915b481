namespace LlmRouting.Training.Numerics;

/// <summary>Holds a dense matrix, row by row.</summary>
internal sealed class Matrix(int rows, int columns)
{
    private readonly float[] _values = new float[checked(rows * columns)];

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public Span<float> Values => _values;

    public Span<float> this[int row] => _values.AsSpan(row * Columns, Columns);

    public float[] ToArray() => _values;

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
}
