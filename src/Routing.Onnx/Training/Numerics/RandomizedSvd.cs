using System.Numerics.Tensors;

namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Finds the leading right singular vectors of a sparse matrix.</summary>
/// <remarks>After Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53(2), 2011, algorithms 4.4 and 5.1.</remarks>
internal static class RandomizedSvd
{
    private const int Oversampling = 10;
    private const int PowerIterations = 3;

    /// <summary>Finds the vectors.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="count">How many are wanted; fewer come when the matrix has fewer.</param>
    /// <param name="random">Where the first guess comes from.</param>
    /// <param name="work">Spreads the work.</param>
    /// <returns>One column for each vector, one row for each column of the matrix.</returns>
    public static Matrix RightVectors(SparseMatrix matrix, int count, Random random, Work work)
    {
        int size = Math.Min(count + Oversampling, Math.Min(matrix.Rows, matrix.Columns));
        count = Math.Min(count, size);
        SparseMatrix transposed = matrix.Transpose();
        var guess = new Matrix(matrix.Columns, size);
        foreach (ref float value in guess.Values)
        {
            value = (float)Normal(random);
        }

        Matrix range = Orthonormal(matrix.Multiply(guess, work), work);
        for (int i = 0; i < PowerIterations; i++)
        {
            Matrix back = Orthonormal(transposed.Multiply(range, work), work);
            range = Orthonormal(matrix.Multiply(back, work), work);
        }

        // B = Q'X is small in one direction: B B' gives its left vectors, and X'Q U / s its right ones.
        Matrix small = transposed.Multiply(range, work);
        (double[] squares, double[][] left) = JacobiEigen.Decompose(Gram(small, work));
        double floor = squares[0] * 1e-9;
        while (count > 1 && squares[count - 1] <= floor)
        {
            count--;
        }

        var result = new Matrix(matrix.Columns, count);
        work.For(matrix.Columns, row =>
        {
            Span<float> from = small[row];
            Span<float> to = result[row];
            for (int k = 0; k < to.Length; k++)
            {
                double sum = 0;
                double[] vector = left[k];
                for (int i = 0; i < from.Length; i++)
                {
                    sum += vector[i] * from[i];
                }

                to[k] = (float)(sum / Math.Sqrt(squares[k]));
            }
        });
        return result;
    }

    // A basis of the columns' span by the eigenvectors of their Gram matrix, which asks for one pass instead of many.
    private static Matrix Orthonormal(Matrix matrix, Work work)
    {
        (double[] squares, double[][] vectors) = JacobiEigen.Decompose(Gram(matrix, work));
        var result = new Matrix(matrix.Rows, matrix.Columns);
        float[][] scaled = [.. vectors.Select((vector, k) => Scale(vector, squares[k] > squares[0] * 1e-12 ? 1 / Math.Sqrt(squares[k]) : 0))];
        work.For(matrix.Rows, row =>
        {
            for (int k = 0; k < scaled.Length; k++)
            {
                result[row][k] = TensorPrimitives.Dot(matrix[row], scaled[k]);
            }
        });
        return result;
    }

    private static float[] Scale(double[] vector, double by) => [.. vector.Select(value => (float)(value * by))];

    private static double[][] Gram(Matrix matrix, Work work)
    {
        // Fixed pieces, whose sums are added in order: the same for any number of threads.
        const int Piece = 2048;
        int size = matrix.Columns;
        int pieces = (matrix.Rows + Piece - 1) / Piece;
        float[][][] parts = new float[pieces][][];
        work.For(pieces, piece =>
        {
            float[][] part = [.. Enumerable.Range(0, size).Select(_ => new float[size])];
            for (int row = piece * Piece; row < Math.Min(matrix.Rows, (piece + 1) * Piece); row++)
            {
                ReadOnlySpan<float> values = matrix[row];
                for (int i = 0; i < size; i++)
                {
                    TensorPrimitives.MultiplyAdd(values, values[i], part[i], part[i]);
                }
            }

            parts[piece] = part;
        });
        double[][] gram = [.. Enumerable.Range(0, size).Select(_ => new double[size])];
        foreach (float[][] part in parts)
        {
            for (int i = 0; i < size; i++)
            {
                for (int j = 0; j < size; j++)
                {
                    gram[i][j] += part[i][j];
                }
            }
        }

        return gram;
    }

    // Box and Muller's; the logarithm's argument is never zero.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
