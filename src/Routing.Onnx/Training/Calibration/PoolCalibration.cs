using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Corrects what a router for a pool predicts, so that its models can be compared on one request.</summary>
/// <remarks>
/// A prediction is split into what all models share (how easy the request is) and what sets a model apart on it. The first is learnt from every model's results and is steady; the second
/// is small and noisy, and it alone decides which model is taken. So each model's part is multiplied by the slope that fits held-out results best (at most 1), and then by one
/// factor for all: whoever takes the greatest of several noisy predictions takes one that is too great (the optimizer's curse, Smith and Winkler, 2006). The factor is the one with
/// the best curve of cost and quality on held-out rows. Immutable.
/// </remarks>
public sealed class PoolCalibration
{
    private const int Least = 100;
    private static readonly double[] Factors = [1, 0.85, 0.7, 0.5];
    private readonly double[] _predictedMean;
    private readonly double[] _observedMean;
    private readonly double[] _slope;

    private PoolCalibration(double[] predictedMean, double[] observedMean, double[] slope, double factor)
    {
        _predictedMean = predictedMean;
        _observedMean = observedMean;
        _slope = slope;
        Factor = factor;
    }

    /// <summary>Gets the factor that was chosen, 0.5 to 1.</summary>
    public double Factor { get; }

    /// <summary>Learns the correction from predictions of rows that the router was not trained on.</summary>
    /// <param name="predicted">Predicted quality by model, then row.</param>
    /// <param name="expectedCostUsd">Expected cost by model, then row.</param>
    /// <param name="outcomes">What the models did with the rows.</param>
    /// <param name="folds">Each row's part, from 0; the factor is chosen on parts that the slopes were not fitted to.</param>
    /// <returns>The correction; with fewer than 100 rows it changes nothing but the mean.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static PoolCalibration Fit(double[][] predicted, double[][] expectedCostUsd, PoolOutcomes outcomes, ReadOnlySpan<int> folds)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expectedCostUsd);
        ArgumentNullException.ThrowIfNull(outcomes);
        int[] parts = folds.ToArray();
        if (parts.Length != outcomes.Count || predicted.Length != outcomes.Models.Length || Array.Exists(predicted, column => column.Length != parts.Length))
        {
            throw new ArgumentException($"There must be a prediction for each of {outcomes.Models.Length} models and {outcomes.Count} rows, and a part for each row.", nameof(predicted));
        }

        int[] all = [.. Enumerable.Range(0, parts.Length)];
        if (all.Length < Least)
        {
            return FitOne(predicted, outcomes, all, factor: 1, slope: 1);
        }

        double best = double.NegativeInfinity;
        double chosen = 1;
        foreach (double factor in parts.Distinct().Count() > 1 ? Factors : [1])
        {
            double[][] corrected = [.. predicted.Select(static column => column.ToArray())];
            foreach (int part in parts.Distinct())
            {
                PoolCalibration calibration = FitOne(predicted, outcomes, [.. all.Where(row => parts[row] != part)], factor);
                calibration.Apply(corrected, [.. all.Where(row => parts[row] == part)]);
            }

            double height = PoolEvaluation.Create(corrected, expectedCostUsd, outcomes).Aiq;
            (best, chosen) = height > best ? (height, factor) : (best, chosen);
        }

        return FitOne(predicted, outcomes, all, chosen);
    }

    /// <summary>Corrects predictions.</summary>
    /// <param name="predicted">Predicted quality by model, then row; overwritten.</param>
    /// <exception cref="ArgumentNullException"><paramref name="predicted"/> is null.</exception>
    /// <exception cref="ArgumentException">There is not one array for each model.</exception>
    public void Apply(double[][] predicted)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        if (predicted.Length != _slope.Length)
        {
            throw new ArgumentException($"There are predictions of {predicted.Length} models; the correction is for {_slope.Length}.", nameof(predicted));
        }

        Apply(predicted, [.. Enumerable.Range(0, predicted[0].Length)]);
    }

    private void Apply(double[][] predicted, int[] rows)
    {
        foreach (int row in rows)
        {
            double shared = Shared(predicted, _predictedMean, row);
            for (int model = 0; model < predicted.Length; model++)
            {
                double own = predicted[model][row] - _predictedMean[model] - shared;
                predicted[model][row] = _observedMean[model] + shared + _slope[model] * own;
            }
        }
    }

    private static PoolCalibration FitOne(double[][] predicted, PoolOutcomes outcomes, int[] rows, double factor, double? slope = null)
    {
        int models = predicted.Length;
        double[] predictedMean = [.. predicted.Select(column => rows.Average(row => column[row]))];
        double[] observedMean = [.. outcomes.Quality.Select(column => rows.Average(row => column[row]))];
        double[] xx = new double[models];
        double[] xy = new double[models];
        foreach (int row in rows)
        {
            double shared = Shared(predicted, predictedMean, row);
            double observed = Shared(outcomes.Quality, observedMean, row);
            for (int model = 0; model < models; model++)
            {
                double x = predicted[model][row] - predictedMean[model] - shared;
                xx[model] += x * x;
                xy[model] += x * (outcomes.Quality[model][row] - observedMean[model] - observed);
            }
        }

        double[] slopes = [.. xx.Select((sum, model) => slope ?? factor * (sum > 0 ? Math.Clamp(xy[model] / sum, 0, 1) : 0))];
        return new(predictedMean, observedMean, slopes, factor);
    }

    private static double Shared(double[][] values, double[] means, int row)
    {
        double sum = 0;
        for (int model = 0; model < values.Length; model++)
        {
            sum += values[model][row] - means[model];
        }

        return sum / values.Length;
    }
}
