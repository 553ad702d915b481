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

    // What separates two factors by less than this (AIQ, 0 to 1) is chance: then the one that shrinks less is kept. On MMLU-Pro's 28 models, cut by seed 101, 0.5 was ahead of 0.7 by 0.00004
    // on the rows to choose by.
    private const double LeastGain = 1e-4;
    private static readonly double[] Factors = [1, 0.85, 0.7, 0.5];
    private readonly double[] _predictedMean;
    private readonly double[] _observedMean;
    private readonly double[] _slope;

    /// <summary>Restores a correction.</summary>
    /// <param name="predictedMean">What <see cref="PredictedMean"/> was.</param>
    /// <param name="observedMean">What <see cref="ObservedMean"/> was.</param>
    /// <param name="slope">What <see cref="Slope"/> was.</param>
    /// <param name="factor">What <see cref="Factor"/> was.</param>
    internal PoolCalibration(double[] predictedMean, double[] observedMean, double[] slope, double factor)
    {
        _predictedMean = predictedMean;
        _observedMean = observedMean;
        _slope = slope;
        Factor = factor;
    }

    /// <summary>Gets the factor that was chosen, 0.5 to 1.</summary>
    public double Factor { get; }

    /// <summary>Gets each model's mean prediction on the rows that the correction was learnt from.</summary>
    internal ReadOnlySpan<double> PredictedMean => _predictedMean;

    /// <summary>Gets each model's mean quality on these rows.</summary>
    internal ReadOnlySpan<double> ObservedMean => _observedMean;

    /// <summary>Gets what each model's own part is multiplied with, 0 to 1.</summary>
    internal ReadOnlySpan<double> Slope => _slope;

    /// <summary>Learns the correction from predictions of rows that the router was not trained on.</summary>
    /// <param name="predicted">Predicted quality by model, then row.</param>
    /// <param name="expectedCostUsd">Expected cost by model, then row.</param>
    /// <param name="outcomes">What the models did with the rows.</param>
    /// <param name="folds">Each row's part, from 0; the factor is chosen on parts that the slopes were not fitted to.</param>
    /// <returns>The correction; with fewer than 100 rows, or with one part alone, it changes nothing but the mean.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static PoolCalibration Fit(double[][] predicted, double[][] expectedCostUsd, PoolOutcomes outcomes, ReadOnlySpan<int> folds) =>
        Fit(predicted, expectedCostUsd, outcomes, folds, out _);

    /// <summary>Learns the correction, and tells what the rows' own predictions become by corrections that were not learnt from them.</summary>
    /// <param name="predicted">Predicted quality by model, then row.</param>
    /// <param name="expectedCostUsd">Expected cost by model, then row.</param>
    /// <param name="outcomes">What the models did with the rows.</param>
    /// <param name="folds">Each row's part.</param>
    /// <param name="heldOut">Corrected quality by model, then row: each part by what the other parts taught. Where there are too few rows, or one part alone, by what all rows taught, which
    /// is no more than the means.</param>
    internal static PoolCalibration Fit(
        double[][] predicted, double[][] expectedCostUsd, PoolOutcomes outcomes, ReadOnlySpan<int> folds, out double[][] heldOut)
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
        int[] distinct = [.. parts.Distinct()];
        if (all.Length < Least || distinct.Length < 2)
        {
            PoolCalibration means = FitOne(predicted, outcomes, all, factor: 1, slope: 1);
            heldOut = [.. predicted.Select(static column => column.ToArray())];
            means.Apply(heldOut, all);
            return means;
        }

        double best = double.NegativeInfinity;
        double chosen = 1;
        heldOut = predicted;
        foreach (double factor in Factors)
        {
            double[][] corrected = [.. predicted.Select(static column => column.ToArray())];
            foreach (int part in distinct)
            {
                PoolCalibration calibration = FitOne(predicted, outcomes, [.. all.Where(row => parts[row] != part)], factor);
                calibration.Apply(corrected, [.. all.Where(row => parts[row] == part)]);
            }

            double height = PoolEvaluation.Create(corrected, expectedCostUsd, outcomes).Aiq;
            if (double.IsNegativeInfinity(best) || height > best + LeastGain)
            {
                (best, chosen, heldOut) = (height, factor, corrected);
            }
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

    /// <summary>Corrects the predictions of one request.</summary>
    /// <param name="predicted">Predicted quality, one number for each model; overwritten.</param>
    /// <exception cref="ArgumentException">There is not one number for each model.</exception>
    internal void Apply(Span<double> predicted)
    {
        if (predicted.Length != _slope.Length)
        {
            throw new ArgumentException($"There are predictions of {predicted.Length} models; the correction is for {_slope.Length}.", nameof(predicted));
        }

        double shared = 0;
        for (int model = 0; model < predicted.Length; model++)
        {
            shared += predicted[model] - _predictedMean[model];
        }

        shared /= predicted.Length;
        for (int model = 0; model < predicted.Length; model++)
        {
            double own = predicted[model] - _predictedMean[model] - shared;
            predicted[model] = _observedMean[model] + shared + _slope[model] * own;
        }
    }

    // By the same routine as a single request, so that a host computes what was measured to the last bit.
    private void Apply(double[][] predicted, int[] rows)
    {
        double[] one = new double[predicted.Length];
        foreach (int row in rows)
        {
            for (int model = 0; model < one.Length; model++)
            {
                one[model] = predicted[model][row];
            }

            Apply(one);
            for (int model = 0; model < one.Length; model++)
            {
                predicted[model][row] = one[model];
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
