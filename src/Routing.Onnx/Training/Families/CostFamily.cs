using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Learns what calls of the target's models cost, from the same description of the requests that the other families learn from.</summary>
/// <remarks>
/// The answer is the larger part of most costs, and its length depends on what is asked: a question that wants steps costs several times as much as one of the same length that wants a
/// name. So the logarithm of the ratio of a cost to the estimate by length (<see cref="CostEstimate"/>) is learnt by ridge regression, between its 0.5% and 99.5% quantiles, and the
/// result is scaled so that what was expected of unseen requests sums to the known costs. Kernels, boosted trees and blends expected costs no better (docs/adr/0013).
/// </remarks>
internal static class CostFamily
{
    private const int Least = 100;

    // Below this standard deviation of the logarithm (5%) there is nothing to learn.
    private const double LeastSpread = 0.05;

    /// <summary>Learns.</summary>
    /// <param name="requests">The requests, one for each row of the table; a cost that is null, negative or not finite is left out.</param>
    /// <param name="table">What describes them.</param>
    /// <param name="logLengths">The logarithm of each request's length + 1.</param>
    /// <param name="models">The models.</param>
    /// <param name="work">Threads, and when to stop.</param>
    /// <returns>The costs; null where those of every model follow from the length, or are known for fewer than 100 requests.</returns>
    public static CostModel? Fit(ReadOnlySpan<LabelledRequest> requests, TrainingTable table, ReadOnlySpan<float> logLengths, ImmutableArray<string> models, Work work)
    {
        double[] lengths = new double[requests.Length];
        double[][] costs = [.. models.Select(_ => new double[lengths.Length])];
        for (int row = 0; row < lengths.Length; row++)
        {
            lengths[row] = logLengths[row];
            for (int model = 0; model < costs.Length; model++)
            {
                costs[model][row] = requests[row].Costs.GetValueOrDefault(models[model]) is { } cost && double.IsFinite(cost) && cost >= 0 ? cost : double.NaN;
            }
        }

        Column[] columns = [.. costs.Select(cost => Column.Fit(lengths, cost))];
        int[] learned = [.. Enumerable.Range(0, columns.Length).Where(model => columns[model].IsWorthLearning)];
        if (learned.Length == 0)
        {
            return null;
        }

        var labels = new Matrix(table.Rows, learned.Length);
        var known = new Matrix(table.Rows, learned.Length);
        for (int row = 0; row < table.Rows; row++)
        {
            for (int i = 0; i < learned.Length; i++)
            {
                double ratio = columns[learned[i]].Ratio(lengths[row], costs[learned[i]][row]);
                (labels[row][i], known[row][i]) = double.IsFinite(ratio) ? ((float)ratio, 1) : (0, 0);
            }
        }

        (LinearModel words, Matrix heldOut) = LinearFamily.Fit(table with { Labels = labels, Known = known }, work);
        return Join(columns, learned, words, heldOut, lengths, costs);
    }

    private static CostModel Join(Column[] columns, int[] learned, LinearModel words, Matrix heldOut, double[] lengths, double[][] costs)
    {
        var joined = new LinearModel(new Matrix(columns.Length, words.Weights.Columns), new float[columns.Length]);
        double[] scale = new double[columns.Length];
        for (int model = 0; model < columns.Length; model++)
        {
            int from = Array.IndexOf(learned, model);
            if (from >= 0)
            {
                words.Weights[from].CopyTo(joined.Weights[model]);
                joined.Bias[model] = words.Bias[from];
            }

            scale[model] = columns[model].Scale(lengths, costs[model], row => from >= 0 ? heldOut[row][from] : 0);
        }

        return new(
            [.. columns.Select(static column => (float)column.ByLength.Exponent)],
            [.. columns.Select((column, model) => (float)(column.ByLength.Offset + scale[model]))],
            joined,
            [.. columns.Select(static column => (float)column.Low)],
            [.. columns.Select(static column => (float)column.High)]);
    }

    /// <summary>One model: its cost by length, and the range that the logarithm of the ratio to it lies in.</summary>
    private sealed record Column(CostEstimate ByLength, double Low, double High)
    {
        public bool IsWorthLearning => High > Low;

        public static Column Fit(double[] logLengths, double[] costs)
        {
            CostEstimate byLength = CostEstimate.FitLogs(logLengths, costs);
            double[] ratios = [.. costs.Zip(logLengths).Where(static pair => pair.First > 0).Select(pair => Math.Log(pair.First) - byLength.LogExpected(pair.Second)).Order()];
            if (ratios.Length < Least || Math.Sqrt(ratios.Average(static ratio => ratio * ratio)) <= LeastSpread) // their mean is 0, by least squares
            {
                return new(byLength, 0, 0);
            }

            return new(byLength, ratios[(int)(0.005 * ratios.Length)], ratios[(int)(0.995 * ratios.Length)]);
        }

        public double Ratio(double logLength, double cost) => cost > 0 && IsWorthLearning ? Math.Clamp(Math.Log(cost) - ByLength.LogExpected(logLength), Low, High) : double.NaN;

        /// <summary>Says what must be added to the logarithm of the expected costs so that they sum to the known ones, free calls included.</summary>
        public double Scale(double[] logLengths, double[] costs, Func<int, double> words)
        {
            double real = 0;
            double expected = 0;
            for (int row = 0; row < costs.Length; row++)
            {
                if (!double.IsNaN(costs[row]))
                {
                    real += costs[row];
                    expected += Math.Exp(ByLength.LogExpected(logLengths[row]) + Math.Clamp(words(row), Low, High));
                }
            }

            return Math.Log(real / expected); // NaN where no cost is known, minus infinity where every call was free
        }
    }
}
