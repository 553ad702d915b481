using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Fits ridge regressions for all targets, and for every part of the data one that did not see it.</summary>
internal sealed class RidgeSolver(TrainingTable table, Work work)
{
    private const int Tile = 32;

    /// <summary>Fits.</summary>
    /// <param name="design">One row of regressors for each request.</param>
    /// <param name="penalty">The penalty's matrix, as a lower triangle; null is the identity.</param>
    /// <param name="strengths">The penalties to try; the one with the least error on unseen parts wins.</param>
    public RidgeFit Fit(Matrix design, double[][]? penalty, ReadOnlySpan<double> strengths)
    {
        RidgeFit? best = null;
        List<GroupStatistics> groups = [.. table.Groups().Select(group => Collect(design, group.Targets, group.Rows))];
        foreach (double strength in strengths)
        {
            var heldOut = new Matrix(table.Rows, table.Targets);
            foreach (GroupStatistics group in groups)
            {
                PredictFolds(design, penalty, strength, group, heldOut);
            }

            double error = table.SquaredError(heldOut);
            if (best is null || error < best.Error)
            {
                best = new RidgeFit(new Matrix(table.Targets, design.Columns), new float[table.Targets], heldOut, strength, error);
            }
        }

        foreach (GroupStatistics group in groups)
        {
            (double[][] solutions, double[] means) = Solve(penalty, best!.Strength, group, without: -1); // There is at least one strength.
            for (int i = 0; i < group.Targets.Length; i++)
            {
                int target = group.Targets[i];
                best.Bias[target] = (float)means[i];
                TensorPrimitives.ConvertTruncating<double, float>(solutions[i], best.Weights[target]);
            }
        }

        return best!;
    }

    private void PredictFolds(Matrix design, double[][]? penalty, double strength, GroupStatistics group, Matrix heldOut)
    {
        for (int fold = 0; fold < table.FoldCount; fold++)
        {
            (double[][] solutions, double[] means) = Solve(penalty, strength, group, fold);
            for (int i = 0; i < group.Targets.Length; i++)
            {
                float[] weights = new float[design.Columns];
                TensorPrimitives.ConvertTruncating<double, float>(solutions[i], weights);
                foreach (int row in group.FoldRows[fold])
                {
                    heldOut[row][group.Targets[i]] = (float)means[i] + TensorPrimitives.Dot<float>(weights, design[row]);
                }
            }
        }
    }

    private (double[][] Solutions, double[] Means) Solve(double[][]? penalty, double strength, GroupStatistics group, int without)
    {
        int size = group.Sums[0].Length;
        double[][] matrix = new double[size][];
        work.For(size, i =>
        {
            double[] row = new double[i + 1];
            for (int fold = 0; fold < table.FoldCount; fold++)
            {
                if (fold != without)
                {
                    TensorPrimitives.Add<double>(row, group.Grams[fold][i], row);
                }
            }

            if (penalty is null)
            {
                row[i] += strength;
            }
            else
            {
                TensorPrimitives.MultiplyAdd<double>(penalty[i].AsSpan(0, i + 1), strength, row, row);
            }

            matrix[i] = row;
        });
        SymmetricSystem system = SymmetricSystem.Decompose(matrix, work);
        double[][] solutions = new double[group.Targets.Length][];
        double[] means = new double[group.Targets.Length];
        for (int t = 0; t < solutions.Length; t++)
        {
            double count = 0;
            double sum = 0;
            double[] right = new double[size];
            for (int fold = 0; fold < table.FoldCount; fold++)
            {
                if (fold != without)
                {
                    count += group.FoldRows[fold].Length;
                    sum += group.LabelSums[fold][t];
                    TensorPrimitives.Add<double>(right, group.Products[fold][t], right);
                }
            }

            // Regressing the labels less their mean: b = X'(y - mean) = X'y - mean X'1.
            means[t] = count == 0 ? 0 : sum / count;
            for (int fold = 0; fold < table.FoldCount; fold++)
            {
                if (fold != without)
                {
                    TensorPrimitives.MultiplyAdd<double>(group.Sums[fold], -means[t], right, right);
                }
            }

            system.Solve(right);
            solutions[t] = right;
        }

        return (solutions, means);
    }

    private GroupStatistics Collect(Matrix design, int[] targets, int[] rows)
    {
        var result = new GroupStatistics(targets, table.FoldCount);
        for (int fold = 0; fold < table.FoldCount; fold++)
        {
            int[] inside = [.. rows.Where(row => table.Folds[row] == fold)];
            Matrix turned = Transpose(design, inside);
            result.FoldRows[fold] = inside;
            result.Grams[fold] = Gram(turned);
            double[] sums = new double[design.Columns];
            double[][] products = [.. targets.Select(_ => new double[design.Columns])];
            float[][] labels = [.. targets.Select(t => inside.Select(row => table.Labels[row][t]).ToArray())];
            work.For(design.Columns, i =>
            {
                sums[i] = TensorPrimitives.Sum<float>(turned[i]);
                for (int t = 0; t < labels.Length; t++)
                {
                    products[t][i] = TensorPrimitives.Dot<float>(turned[i], labels[t]);
                }
            });
            result.Sums[fold] = sums;
            result.Products[fold] = products;
            result.LabelSums[fold] = [.. labels.Select(static values => (double)TensorPrimitives.Sum<float>(values))];
        }

        return result;
    }

    private static Matrix Transpose(Matrix design, int[] rows)
    {
        var turned = new Matrix(design.Columns, rows.Length);
        for (int j = 0; j < rows.Length; j++)
        {
            ReadOnlySpan<float> from = design[rows[j]];
            for (int i = 0; i < from.Length; i++)
            {
                turned[i][j] = from[i];
            }
        }

        return turned;
    }

    // Tiles, so that what is multiplied stays in the cache.
    private double[][] Gram(Matrix turned)
    {
        int size = turned.Rows;
        double[][] gram = [.. Enumerable.Range(1, size).Select(static length => new double[length])];
        int tiles = (size + Tile - 1) / Tile;
        work.For(tiles, tile =>
        {
            for (int other = 0; other <= tile; other++)
            {
                for (int i = tile * Tile; i < Math.Min(size, (tile + 1) * Tile); i++)
                {
                    for (int j = other * Tile; j < Math.Min(i + 1, (other + 1) * Tile); j++)
                    {
                        gram[i][j] = TensorPrimitives.Dot<float>(turned[i], turned[j]);
                    }
                }
            }
        });
        return gram;
    }

    private sealed class GroupStatistics(int[] targets, int folds)
    {
        public int[] Targets { get; } = targets;

        public int[][] FoldRows { get; } = new int[folds][];

        public double[][][] Grams { get; } = new double[folds][][];

        public double[][] Sums { get; } = new double[folds][];

        public double[][][] Products { get; } = new double[folds][][];

        public double[][] LabelSums { get; } = new double[folds][];
    }
}
