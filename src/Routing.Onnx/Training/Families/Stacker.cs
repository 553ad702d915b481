using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Finds each family's share in the blend from predictions of unseen requests.</summary>
/// <remarks>
/// Non-negative least squares (Breiman, "Stacked regressions", 1996), pulled towards the shares that are expected: with noisy labels
/// the best shares are mostly chance, and those are hard to beat. The pull is as strong as the labels are noisy, like the posterior mean of a
/// regression whose weights are spread about the expected ones.
/// </remarks>
internal static class Stacker
{
    private const int Sweeps = 200;
    private const double LeastShare = 0.02;
    private const double LeastTotal = 0.1;

    // With fewer than about this many requests, the expected shares are as good a guess as any.
    private const double FewRows = 400;

    // How far shares stray from what is expected of them, as a standard deviation: what noisy labels say beyond that is mostly chance.
    private const double Spread = 0.05;

    /// <summary>Finds the shares.</summary>
    /// <param name="table">The truth.</param>
    /// <param name="heldOut">Each family's predictions of unseen requests; null for a family that was not tried.</param>
    /// <param name="expected">What each family is expected to be worth, before anything is known of the data.</param>
    /// <returns>One row for each family, one column for each target, and what is added to each target.</returns>
    public static (Matrix Shares, float[] Bias) Fit(TrainingTable table, Matrix?[] heldOut, ImmutableArray<double> expected)
    {
        var shares = new Matrix(heldOut.Length, table.Targets);
        float[] bias = new float[table.Targets];
        int[] families = [.. Enumerable.Range(0, heldOut.Length).Where(family => heldOut[family] is not null)];
        for (int target = 0; target < table.Targets; target++)
        {
            double[] found = FitOne(table, target, [.. families.Select(family => heldOut[family]!)], Normalised([.. families.Select(family => expected[family])]), out double offset); // Only those that are there.
            bias[target] = (float)offset;
            for (int i = 0; i < families.Length; i++)
            {
                shares[families[i]][target] = (float)found[i];
            }
        }

        return (shares, bias);
    }

    // The variance of what the expected blend leaves unexplained. With a result of 0 or 1 that is nearly all of it.
    private static double Noise(TrainingTable table, int target, Matrix[] predictions, double[] expected)
    {
        double sum = 0;
        double squares = 0;
        int rows = 0;
        for (int row = 0; row < table.Rows; row++)
        {
            if (table.Known[row][target] > 0)
            {
                double rest = table.Labels[row][target];
                for (int i = 0; i < predictions.Length; i++)
                {
                    rest -= expected[i] * predictions[i][row][target];
                }

                sum += rest;
                squares += rest * rest;
                rows++;
            }
        }

        return rows == 0 ? 0 : Math.Max(0, (squares - (sum * sum / rows)) / rows);
    }

    private static double[] Normalised(double[] shares)
    {
        double total = shares.Sum();
        return [.. shares.Select(share => share / total)];
    }

    private static double[] FitOne(TrainingTable table, int target, Matrix[] predictions, double[] expected, out double bias)
    {
        int count = predictions.Length;
        double[] means = new double[count];
        double[][] gram = [.. Enumerable.Range(0, count).Select(_ => new double[count])];
        double[] right = new double[count];
        double rows = 0;
        double mean = 0;
        for (int row = 0; row < table.Rows; row++)
        {
            if (table.Known[row][target] == 0)
            {
                continue;
            }

            rows++;
            mean += table.Labels[row][target];
            for (int i = 0; i < count; i++)
            {
                double left = predictions[i][row][target];
                means[i] += left;
                right[i] += left * table.Labels[row][target];
                for (int j = 0; j < count; j++)
                {
                    gram[i][j] += left * predictions[j][row][target];
                }
            }
        }

        rows = Math.Max(1, rows);
        mean /= rows;
        double trace = 0;
        for (int i = 0; i < count; i++)
        {
            means[i] /= rows;
        }

        for (int i = 0; i < count; i++)
        {
            right[i] -= rows * means[i] * mean;
            for (int j = 0; j < count; j++)
            {
                gram[i][j] -= rows * means[i] * means[j];
            }

            trace += gram[i][i];
        }

        double pull = Math.Max(Math.Max(0.5, FewRows / rows) * trace / count, Noise(table, target, predictions, expected) / (Spread * Spread));
        double[] shares = [.. expected];
        for (int sweep = 0; sweep < Sweeps && trace > 0; sweep++)
        {
            for (int i = 0; i < count; i++)
            {
                double rest = right[i] + (pull * expected[i]);
                for (int j = 0; j < count; j++)
                {
                    rest -= j == i ? 0 : gram[i][j] * shares[j];
                }

                shares[i] = Math.Max(0, rest / (gram[i][i] + pull));
            }
        }

        // Where nothing was found to predict unseen requests, a faint equal blend still says which of two requests comes first.
        if (shares.Sum() < LeastTotal)
        {
            shares = [.. expected.Select(static share => LeastTotal * share)];
        }

        bias = mean;
        double total = shares.Sum();
        for (int i = 0; i < count; i++)
        {
            shares[i] = shares[i] < LeastShare * total ? 0 : shares[i];
            bias -= shares[i] * means[i];
        }

        return shares;
    }
}
