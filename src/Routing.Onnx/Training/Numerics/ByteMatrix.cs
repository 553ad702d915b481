namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Holds a matrix in one byte a number, row by row: a quarter of the memory, and so a quarter of the cache misses.</summary>
/// <remarks>A row of 64 numbers is one line of the cache. What a row was divided by is kept by whoever rounded it.</remarks>
internal sealed class ByteMatrix(int rows, int columns)
{
    private const float Largest = sbyte.MaxValue;
    private readonly sbyte[] _values = new sbyte[checked(rows * columns)];

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public Span<sbyte> Values => _values;

    public Span<sbyte> this[int row] => _values.AsSpan(row * Columns, Columns);

    /// <summary>Rounds each row to whole numbers from -127 to 127.</summary>
    /// <param name="matrix">The numbers.</param>
    /// <param name="scales">What each rounded row must be multiplied with; 0 for a row of zeros.</param>
    public static ByteMatrix Round(Matrix matrix, Span<float> scales)
    {
        var result = new ByteMatrix(matrix.Rows, matrix.Columns);
        for (int row = 0; row < matrix.Rows; row++)
        {
            ReadOnlySpan<float> from = matrix[row];
            float most = 0;
            foreach (float value in from)
            {
                most = Math.Max(most, Math.Abs(value));
            }

            scales[row] = most / Largest;
            Span<sbyte> to = result[row];
            for (int i = 0; i < from.Length && most > 0; i++)
            {
                to[i] = (sbyte)MathF.Round(from[i] / most * Largest);
            }
        }

        return result;
    }
}
