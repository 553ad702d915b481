using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Chooses thresholds for a share of requests or for a budget. Neither says anything about quality; <see cref="PromiseCalibrator"/> does.</summary>
public static class ThresholdChoice
{
    /// <summary>Chooses the threshold that sends a share of the requests to the weak model.</summary>
    /// <param name="scores">Scores of typical requests; no labels are needed, so take recent traffic.</param>
    /// <param name="weakShare">The share, 0 to 1; 0.76, say.</param>
    /// <returns>Requests that score at or above it go to the strong model. Requests that score alike go together, to the strong model when in doubt.</returns>
    /// <exception cref="ArgumentException">There are no scores.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public static double ForWeakShare(ReadOnlySpan<double> scores, double weakShare)
    {
        if (!(weakShare is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(weakShare), weakShare, "The share must be between 0 and 1.");
        }

        if (scores.IsEmpty)
        {
            throw new ArgumentException("There are no scores to choose a threshold from.", nameof(scores));
        }

        ScoreOrder order = ScoreOrder.Create(scores, scores.Length);
        int weak = (int)Math.Round(weakShare * order.Count);
        return weak == order.Count ? double.PositiveInfinity
            : weak == 0 ? double.NegativeInfinity
            : order.Score(order.Count - 1 - weak);
    }

    /// <summary>Chooses the threshold that sends as many requests to the strong model as a budget allows.</summary>
    /// <param name="scores">One score per row, higher where the strong model is needed more.</param>
    /// <param name="outcomes">What the two models' calls cost on these rows.</param>
    /// <param name="usdPerRequest">The mean cost of a request that is allowed, in USD.</param>
    /// <returns>The threshold, or null when even sending everything to the weak model costs more, or no cost is known.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    /// <exception cref="ArgumentException">There is not one score for each row.</exception>
    public static double? ForBudget(ReadOnlySpan<double> scores, PairOutcomes outcomes, double usdPerRequest)
    {
        double? threshold = null;
        foreach (CurvePoint point in CostQualityCurve.Create(scores, outcomes).PointSpan)
        {
            threshold = point.CostUsd <= usdPerRequest ? point.Threshold : threshold;
        }

        return threshold;
    }
}
