using System.Numerics.Tensors;

namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Solves symmetric positive definite systems by Cholesky's decomposition.</summary>
internal sealed class SymmetricSystem
{
    private readonly double[][] _lower;

    private SymmetricSystem(double[][] lower) => _lower = lower;

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">Its rows, of which the lower triangle is read and overwritten.</param>
    /// <param name="work">Spreads the work.</param>
    public static SymmetricSystem Decompose(double[][] matrix, Work work)
    {
        const int Block = 48;
        int n = matrix.Length;
        for (int start = 0; start < n; start += Block)
        {
            int end = Math.Min(n, start + Block);
            for (int j = start; j < end; j++)
            {
                double[] row = matrix[j];
                for (int k = start; k < j; k++)
                {
                    row[k] = (row[k] - TensorPrimitives.Dot<double>(row.AsSpan(start, k - start), matrix[k].AsSpan(start, k - start))) / matrix[k][k];
                }

                double square = row[j] - TensorPrimitives.SumOfSquares<double>(row.AsSpan(start, j - start));

                // Rounding may push what is all but singular below zero; the floor acts like a tiny ridge.
                row[j] = Math.Sqrt(Math.Max(square, 1e-10));
            }

            // The rest of the columns, then what they take off the remaining triangle: rows do not touch each other.
            int rest = n - end;
            work.For((rest + Block - 1) / Block, part =>
            {
                for (int i = end + (part * Block); i < Math.Min(n, end + ((part + 1) * Block)); i++)
                {
                    double[] row = matrix[i];
                    for (int k = start; k < end; k++)
                    {
                        row[k] = (row[k] - TensorPrimitives.Dot<double>(row.AsSpan(start, k - start), matrix[k].AsSpan(start, k - start))) / matrix[k][k];
                    }
                }
            });
            work.For((rest + Block - 1) / Block, part =>
            {
                for (int i = end + (part * Block); i < Math.Min(n, end + ((part + 1) * Block)); i++)
                {
                    double[] row = matrix[i];
                    ReadOnlySpan<double> left = row.AsSpan(start, end - start);
                    for (int j = end; j <= i; j++)
                    {
                        row[j] -= TensorPrimitives.Dot(left, matrix[j].AsSpan(start, end - start));
                    }
                }
            });
        }

        return new SymmetricSystem(matrix);
    }

    /// <summary>Solves for one right-hand side, in place.</summary>
    public void Solve(double[] right)
    {
        int n = _lower.Length;
        for (int i = 0; i < n; i++)
        {
            right[i] = (right[i] - TensorPrimitives.Dot<double>(_lower[i].AsSpan(0, i), right.AsSpan(0, i))) / _lower[i][i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            right[i] /= _lower[i][i];
            TensorPrimitives.MultiplyAdd<double>(_lower[i].AsSpan(0, i), -right[i], right.AsSpan(0, i), right.AsSpan(0, i));
        }
    }
}
