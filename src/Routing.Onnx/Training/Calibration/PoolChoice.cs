using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Chooses among the models of a pool as <see cref="PoolEvaluation"/> measures it: the greatest corrected quality - lambda x expected cost.</summary>
/// <remarks>
/// Quality is what a router predicts, corrected by <see cref="PoolCalibration"/>; the cost is the one that the router expects from the words, or where it tells none, an estimate from the
/// length (<see cref="CostEstimate"/>). Both come from what the calls of the past cost, and not from today's prices: after a change of prices train and calibrate anew. All of it is some numbers for
/// each model and is kept in the router's file, so that a host chooses as it was measured. Immutable, safe for concurrent use.
/// </remarks>
public sealed class PoolChoice
{
    /// <summary>The name in a router's file of <see cref="QualityPerUsd"/>; a file that has it is decided by this choice.</summary>
    public const string QualityPerUsdName = "quality-per-usd";

    /// <summary>The name in a router's file of <see cref="QualityPerUsd"/>, where costs are taken from the words.</summary>
    /// <remarks>Another name, so that a version which would take them from the length refuses the file.</remarks>
    public const string QualityByWordsName = "quality-per-expected-usd";

    private const string FactorName = "pool.factor";
    private const string PredictedName = "pool.predicted.";
    private const string ObservedName = "pool.observed.";
    private const string SlopeName = "pool.slope.";
    private const string CostExponentName = "pool.cost-exponent.";
    private const string CostOffsetName = "pool.cost-offset.";
    private readonly PoolCalibration _calibration;

    // Default where costs are taken from the words.
    private readonly ImmutableArray<CostEstimate> _costs;

    private PoolChoice(ImmutableArray<string> models, PoolCalibration calibration, ImmutableArray<CostEstimate> costs, double qualityPerUsd)
    {
        Models = models;
        _calibration = calibration;
        _costs = costs;
        QualityPerUsd = qualityPerUsd;
    }

    /// <summary>Gets the models' names, in the order of the predictions.</summary>
    public ImmutableArray<string> Models { get; }

    /// <summary>Gets whether costs are the router's own, expected from the words, and not estimates from the length.</summary>
    public bool IsByWords => _costs.IsDefault;

    /// <summary>Gets how much quality one USD must buy (lambda).</summary>
    /// <value>0 (the best whatever it costs) or more.</value>
    public double QualityPerUsd { get; }

    /// <summary>Learns correction and costs by length, and chooses lambda: the one that is cheapest while the mean quality is no more than a loss below the best single model's.</summary>
    /// <param name="predicted">Predicted quality by model, then row, by routers that were not trained on the row.</param>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <param name="outcomes">What the models did with the rows.</param>
    /// <param name="folds">Each row's part, from 0; a row's correction is learnt from the other parts when lambda is chosen.</param>
    /// <param name="lossPercent">The loss, percent of the best single model's mean quality; 0 or more.</param>
    /// <returns>The choice; null when no lambda stays within the loss on these rows: then the best single model alone is the better choice. The loss is an estimate and no promise: on other
    /// rows it may be greater (<see cref="PoolEvaluation.CheapestWithin"/>).</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The lengths of the arrays differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lossPercent"/> is negative or no number.</exception>
    public static PoolChoice? Fit(double[][] predicted, ReadOnlySpan<int> lengths, PoolOutcomes outcomes, ReadOnlySpan<int> folds, double lossPercent)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(outcomes);
        if (lengths.Length != outcomes.Count)
        {
            throw new ArgumentException($"There are {lengths.Length} lengths and {outcomes.Count} rows; there must be as many of both.", nameof(lengths));
        }

        var costs = new CostEstimate[outcomes.Models.Length];
        for (int model = 0; model < costs.Length; model++)
        {
            costs[model] = CostEstimate.FitTotal(lengths, outcomes.CostUsd[model].AsSpan());
        }

        return Fit(predicted, Expected(costs, lengths), [.. costs], outcomes, folds, lossPercent);
    }

    /// <summary>Learns the correction, and chooses lambda, where the router expects costs from the words.</summary>
    /// <param name="predicted">Predicted quality by model, then row, by routers that were not trained on the row.</param>
    /// <param name="expectedUsd">What the same routers expect the calls to cost, by model, then row, in USD.</param>
    /// <param name="outcomes">What the models did with the rows.</param>
    /// <param name="folds">Each row's part, from 0.</param>
    /// <param name="lossPercent">The loss, percent of the best single model's mean quality; 0 or more.</param>
    /// <returns>The choice, as by length; null when no lambda stays within the loss.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The lengths of the arrays differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lossPercent"/> is negative or no number.</exception>
    public static PoolChoice? FitByWords(double[][] predicted, double[][] expectedUsd, PoolOutcomes outcomes, ReadOnlySpan<int> folds, double lossPercent)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expectedUsd);
        ArgumentNullException.ThrowIfNull(outcomes);
        return Fit(predicted, expectedUsd, default, outcomes, folds, lossPercent);
    }

    /// <summary>Reads the choice that was kept with a router's thresholds.</summary>
    /// <param name="thresholds">The thresholds.</param>
    /// <param name="models">The router's models, in the order of its predictions.</param>
    /// <returns>The choice; null when there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="thresholds"/> is null.</exception>
    /// <exception cref="ArgumentException">A part of it is missing or no usable number.</exception>
    public static PoolChoice? ReadFrom(IReadOnlyDictionary<string, double> thresholds, ImmutableArray<string> models)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        bool isByWords = thresholds.ContainsKey(QualityByWordsName);
        if (!isByWords && !thresholds.ContainsKey(QualityPerUsdName))
        {
            return null;
        }

        double qualityPerUsd = Read(thresholds, isByWords ? QualityByWordsName : QualityPerUsdName, static value => value >= 0 && double.IsFinite(value));
        double[] predicted = [.. models.Select(model => Read(thresholds, PredictedName + model, double.IsFinite))];
        double[] observed = [.. models.Select(model => Read(thresholds, ObservedName + model, double.IsFinite))];
        double[] slope = [.. models.Select(model => Read(thresholds, SlopeName + model, double.IsFinite))];

        // A model that is free has a cost whose logarithm is minus infinity.
        ImmutableArray<CostEstimate> costs = isByWords ? default :
        [
            .. models.Select(model => new CostEstimate(
                Read(thresholds, CostExponentName + model, double.IsFinite), Read(thresholds, CostOffsetName + model, static value => value < double.PositiveInfinity))),
        ];
        return new(models, new PoolCalibration(predicted, observed, slope, Read(thresholds, FactorName, double.IsFinite)), costs, qualityPerUsd);
    }

    /// <summary>Keeps the choice with a router's thresholds.</summary>
    /// <param name="thresholds">Receives <see cref="QualityPerUsdName"/> and five numbers for each model, or <see cref="QualityByWordsName"/> and three, whose names begin with <c>pool.</c></param>
    /// <exception cref="ArgumentNullException"><paramref name="thresholds"/> is null.</exception>
    public void WriteTo(IDictionary<string, double> thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        thresholds[IsByWords ? QualityByWordsName : QualityPerUsdName] = QualityPerUsd;
        thresholds[FactorName] = _calibration.Factor;
        for (int model = 0; model < Models.Length; model++)
        {
            thresholds[PredictedName + Models[model]] = _calibration.PredictedMean[model];
            thresholds[ObservedName + Models[model]] = _calibration.ObservedMean[model];
            thresholds[SlopeName + Models[model]] = _calibration.Slope[model];
            if (!IsByWords)
            {
                thresholds[CostExponentName + Models[model]] = _costs[model].Exponent;
                thresholds[CostOffsetName + Models[model]] = _costs[model].Offset;
            }
        }
    }

    /// <summary>Makes the same choice with another lambda, such as that of one of <see cref="PoolEvaluation.Points"/>.</summary>
    /// <param name="qualityPerUsd">How much quality one USD must buy; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="qualityPerUsd"/> is negative or not finite.</exception>
    public PoolChoice WithQualityPerUsd(double qualityPerUsd) => qualityPerUsd >= 0 && double.IsFinite(qualityPerUsd)
        ? new(Models, _calibration, _costs, qualityPerUsd)
        : throw new ArgumentOutOfRangeException(nameof(qualityPerUsd), qualityPerUsd, "The quality that one USD must buy must be 0 or more.");

    /// <summary>Corrects predictions as <see cref="PoolCalibration.Apply(double[][])"/> does.</summary>
    /// <param name="predicted">Predicted quality by model, then row; overwritten.</param>
    /// <exception cref="ArgumentNullException"><paramref name="predicted"/> is null.</exception>
    /// <exception cref="ArgumentException">There is not one array for each model.</exception>
    public void Correct(double[][] predicted) => _calibration.Apply(predicted);

    /// <summary>Tells what requests are expected to cost by their lengths.</summary>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <returns>Cost by model, then request, in USD.</returns>
    /// <exception cref="InvalidOperationException">Costs are the router's own (<see cref="IsByWords"/>).</exception>
    public double[][] ExpectedCostUsd(ReadOnlySpan<int> lengths)
    {
        ThrowIfByWords();
        return Expected(_costs.AsSpan(), lengths);
    }

    /// <summary>Tells what a request is expected to cost by its length.</summary>
    /// <param name="length">The request's length, in characters.</param>
    /// <param name="costsUsd">Receives one cost in USD for each model.</param>
    /// <exception cref="ArgumentException">There is not room for one cost for each model.</exception>
    /// <exception cref="InvalidOperationException">Costs are the router's own (<see cref="IsByWords"/>).</exception>
    public void ExpectCosts(int length, Span<double> costsUsd)
    {
        ThrowIfByWords();
        ThrowUnlessOneEach(costsUsd.Length, "costs");
        for (int model = 0; model < costsUsd.Length; model++)
        {
            costsUsd[model] = _costs[model].Expected(length);
        }
    }

    /// <summary>Chooses a model for a request.</summary>
    /// <param name="predicted">What the router predicts of each model; overwritten by the corrected predictions.</param>
    /// <param name="costsUsd">What each model's call is expected to cost: by the router, or by <see cref="ExpectCosts"/> where <see cref="IsByWords"/> is false.</param>
    /// <param name="isCandidate">Which models may be chosen.</param>
    /// <returns>The model's index; -1 when none may be chosen.</returns>
    /// <exception cref="ArgumentException">There is not one prediction, one cost or one candidate for each model.</exception>
    public int Choose(Span<double> predicted, ReadOnlySpan<double> costsUsd, ReadOnlySpan<bool> isCandidate)
    {
        ThrowUnlessOneEach(costsUsd.Length, "costs");
        ThrowUnlessOneEach(isCandidate.Length, "candidates");
        _calibration.Apply(predicted);
        int chosen = -1;
        double best = 0;
        for (int model = 0; model < predicted.Length; model++)
        {
            if (!isCandidate[model])
            {
                continue;
            }

            double value = predicted[model] - QualityPerUsd * costsUsd[model];
            if (chosen < 0 || PoolEvaluation.IsBetter(value, costsUsd[model], best, costsUsd[chosen]))
            {
                (chosen, best) = (model, value);
            }
        }

        return chosen;
    }

    private static PoolChoice? Fit(
        double[][] predicted, double[][] expected, ImmutableArray<CostEstimate> costs, PoolOutcomes outcomes, ReadOnlySpan<int> folds, double lossPercent)
    {
        var calibration = PoolCalibration.Fit(predicted, expected, outcomes, folds, out double[][] heldOut);
        return PoolEvaluation.Create(heldOut, expected, outcomes).CheapestWithin(lossPercent) is { } point
            ? new(outcomes.Models, calibration, costs, point.QualityPerUsd)
            : null;
    }

    private void ThrowIfByWords()
    {
        if (IsByWords)
        {
            throw new InvalidOperationException("This choice takes costs from the words: the router tells them with its scores.");
        }
    }

    private void ThrowUnlessOneEach(int count, string what)
    {
        if (count != Models.Length)
        {
            throw new ArgumentException($"There are {count} {what}; the choice is among {Models.Length} models.");
        }
    }

    private static double[][] Expected(ReadOnlySpan<CostEstimate> costs, ReadOnlySpan<int> lengths)
    {
        double[][] expected = new double[costs.Length][];
        for (int model = 0; model < expected.Length; model++)
        {
            expected[model] = new double[lengths.Length];
            for (int row = 0; row < lengths.Length; row++)
            {
                expected[model][row] = costs[model].Expected(lengths[row]);
            }
        }

        return expected;
    }

    private static double Read(IReadOnlyDictionary<string, double> thresholds, string name, Func<double, bool> isUsable) =>
        thresholds.TryGetValue(name, out double value) && isUsable(value)
            ? value
            : throw new ArgumentException(
                $"The router's file decides by '{QualityPerUsdName}', but its '{name}' is missing or no usable number. Calibrate the router again, and keep all that PoolChoice.WriteTo writes.",
                nameof(thresholds));
}
