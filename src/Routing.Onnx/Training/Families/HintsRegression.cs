using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Regresses one target on the hints: on all requests, or on those outside a part.</summary>
internal sealed class HintsRegression
{
    private readonly Hints _hints;
    private readonly ImmutableArray<int> _columns;

    // For each part the products of the columns with each other, with 1 (their sums, and the count) and with the label, as lower triangles.
    private readonly double[][][] _products;

    public HintsRegression(TrainingTable table, Hints hints, int target)
    {
        _hints = hints;
        _columns = hints.Columns[target];
        _products = new double[table.FoldCount][][];
        for (int fold = 0; fold < table.FoldCount; fold++)
        {
            _products[fold] = [.. Enumerable.Range(1, _columns.Length + 2).Select(static length => new double[length])];
        }

        double[] row = new double[_columns.Length + 2];
        for (int i = 0; i < table.Rows; i++)
        {
            if (table.Known[i][target] > 0)
            {
                ReadOnlySpan<float> values = hints.Values[i];
                for (int column = 0; column < _columns.Length; column++)
                {
                    row[column] = values[_columns[column]];
                }

                row[^2] = 1;
                row[^1] = table.Labels[i][target];
                Add(row, _products[table.Folds[i]]);
            }
        }
    }

    /// <summary>Solves.</summary>
    /// <param name="without">The part that is left out; -1 for none.</param>
    /// <param name="work">Spreads the work.</param>
    /// <returns>A weight for each hint, 0 for those that may not tell of the target, and what is added to the weighted sum.</returns>
    public (double[] Weights, double Constant) Solve(int without, Work work)
    {
        int size = _columns.Length;
        double[][] sum = [.. Enumerable.Range(1, size + 2).Select(static length => new double[length])];
        for (int fold = 0; fold < _products.Length; fold++)
        {
            for (int i = 0; i < sum.Length && fold != without; i++)
            {
                System.Numerics.Tensors.TensorPrimitives.Add<double>(sum[i], _products[fold][i], sum[i]);
            }
        }

        // Around the means: sum of x y less n times the means' product.
        double count = Math.Max(1, sum[size][size]);
        double mean = sum[size + 1][size] / count;
        double[][] matrix = new double[size][];
        double[] weights = new double[size];
        for (int i = 0; i < size; i++)
        {
            matrix[i] = sum[i];
            for (int j = 0; j <= i; j++)
            {
                matrix[i][j] -= sum[size][i] * sum[size][j] / count;
            }

            matrix[i][i] += _hints.Penalties[_columns[i]];
            weights[i] = sum[size + 1][i] - (sum[size][i] * mean);
        }

        SymmetricSystem.Decompose(matrix, work).Solve(weights);
        double[] all = new double[_hints.Values.Columns];
        double constant = mean;
        for (int i = 0; i < size; i++)
        {
            all[_columns[i]] = weights[i];
            constant -= weights[i] * sum[size][i] / count;
        }

        return (all, constant);
    }

    private static void Add(double[] row, double[][] products)
    {
        for (int i = 0; i < row.Length; i++)
        {
            // Most hints of a request are 0: it belongs to one group.
            if (row[i] != 0)
            {
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd<double>(row.AsSpan(0, i + 1), row[i], products[i], products[i]);
            }
        }
    }
}
