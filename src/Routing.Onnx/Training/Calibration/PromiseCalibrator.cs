using System.Globalization;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Chooses the threshold for "at most x percent loss" so that the promise is kept, not only on average but in at least 95% of cases.</summary>
/// <remarks>
/// <para>
/// Each row has an excess loss: what the row loses when the weak model answers it (strong - weak quality, -1 to 1; 0 when the strong one does) minus the
/// loss it is allowed (x percent of the strong model's quality). A threshold keeps the promise when the mean excess is not above 0.
/// </para>
/// <para>
/// Thresholds are tested by the upper confidence bound of that mean, from the safest on (half a percent of the rows to the weak model, then 1%, ...), until one fails; the last that passed
/// is taken. This is fixed-sequence testing (Angelopoulos et al., Learn then Test, arXiv 2110.01052): in such an order many thresholds may be looked at without
/// paying for each. To take the threshold that looks best on the rows is what breaks promises.
/// The bound is the normal one for paired differences, over the rows and one more, imagined, that goes to the weak model and fails (without it, few rows without
/// a failure would look like proof). Where the promise is about a number of requests, their own chance counts too: the variance is divided by the calibration rows and by the
/// requests in turn (a prediction bound).
/// </para>
/// <para>It holds when the calibration rows are like the requests to come and were not used for training. Stateless, safe for concurrent use.</para>
/// </remarks>
public static class PromiseCalibrator
{
    private const int Steps = 200;

    /// <summary>Chooses the threshold.</summary>
    /// <param name="scores">One number per calibration row, higher where the strong model is needed more; training must not have seen these rows.</param>
    /// <param name="outcomes">What the two models did with them.</param>
    /// <param name="promise">What is promised.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is not one score for each row.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of the promise is out of its range.</exception>
    public static PromisedThreshold Choose(ReadOnlySpan<double> scores, PairOutcomes outcomes, LossPromise promise)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(promise);
        promise.Validate();
        ScoreOrder order = ScoreOrder.Create(scores, outcomes.Count);
        var walk = new Walk(outcomes, promise);
        int taken = 0;
        (int Rows, double Loss, double Bound, double Saved) chosen = (0, 0, 0, 0);
        for (int step = 1; step <= Steps; step++)
        {
            int target = GroupEnd(order, (int)((long)outcomes.Count * step / Steps));
            if (target == taken)
            {
                continue;
            }

            for (; taken < target; taken++)
            {
                walk.SendToWeak(order.Row(order.Count - 1 - taken));
            }

            double bound = walk.ExcessBound();
            if (bound > 0)
            {
                break;
            }

            chosen = (taken, walk.Loss(), bound, walk.Saved());
        }

        return Result(order, outcomes, promise, chosen, walk);
    }

    // Rows that score alike go together: as many of them as fit into the step.
    private static int GroupEnd(ScoreOrder order, int rows)
    {
        while (rows > 0 && rows < order.Count && order.Score(order.Count - 1 - rows).Equals(order.Score(order.Count - rows)))
        {
            rows--;
        }

        return rows;
    }

    private static PromisedThreshold Result(
        ScoreOrder order, PairOutcomes outcomes, LossPromise promise, (int Rows, double Loss, double Bound, double Saved) chosen, Walk walk)
    {
        double quality = outcomes.MeanStrongQuality;
        int needed = walk.RowsNeeded();
        double threshold = chosen.Rows == 0 ? double.NegativeInfinity
            : chosen.Rows == order.Count ? double.PositiveInfinity
            : order.Score(order.Count - 1 - chosen.Rows);
        string note = (chosen.Rows, outcomes.Count < needed) switch
        {
            (0, true) => string.Create(
                CultureInfo.InvariantCulture,
                $"{outcomes.Count} rows are too few to promise {promise.MaxLossPercent}% loss: about {needed} are needed before anything can go to the weak model. Until then every request goes to the strong model."),
            (0, false) => string.Create(
                CultureInfo.InvariantCulture,
                $"No threshold keeps a loss of {promise.MaxLossPercent}% surely enough on {outcomes.Count} rows: the scores do not find enough requests that the weak model answers as well. Every request goes to the strong model."),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{100.0 * chosen.Rows / order.Count:0.#}% of requests go to the weak model; the loss is at most {100 * (promise.MaxLossPercent / 100 + chosen.Bound / quality):0.##}% with {100 * promise.Confidence:0.##}% confidence."),
        };
        return chosen.Rows == 0
            ? new(threshold, 0, 0, 0, 0, outcomes.Count, needed, note)
            : new(
                threshold, (double)chosen.Rows / order.Count, 100 * chosen.Loss / quality,
                promise.MaxLossPercent + 100 * chosen.Bound / quality, chosen.Saved, outcomes.Count, needed, note);
    }

    private sealed class Walk
    {
        private readonly PairOutcomes _outcomes;
        private readonly double _allowed;
        private readonly double _deviations;
        private readonly double _inverseRows;
        private double _loss;
        private double _saved;
        private double _excess;
        private double _squares;

        public Walk(PairOutcomes outcomes, LossPromise promise)
        {
            _outcomes = outcomes;
            _allowed = promise.MaxLossPercent / 100;
            _deviations = NormalDistribution.Quantile(promise.Confidence);
            _inverseRows = 1.0 / outcomes.Count + (promise.Requests is { } requests ? 1.0 / requests : 0);
            foreach (double quality in outcomes.StrongQuality)
            {
                double excess = -_allowed * quality;
                _excess += excess;
                _squares += excess * excess;
            }
        }

        public void SendToWeak(int row)
        {
            double lost = _outcomes.StrongQuality[row] - _outcomes.WeakQuality[row];
            double before = -_allowed * _outcomes.StrongQuality[row];
            double after = lost + before;
            _loss += lost;
            _excess += after - before;
            _squares += after * after - before * before;
            _saved += _outcomes.StrongCostUsd[row] - _outcomes.WeakCostUsd[row];
        }

        public double ExcessBound()
        {
            int n = _outcomes.Count;
            double mean = (_excess + 1) / n; // the imagined row
            double variance = Math.Max((_squares + 1) / n - mean * mean, 0);
            return mean + _deviations * Math.Sqrt(variance * _inverseRows);
        }

        public double Loss() => _loss / _outcomes.Count;

        public double Saved() => 100 * _saved / (_outcomes.MeanStrongCostUsd * _outcomes.Count);

        // Without a single failure the bound is about (1 + deviations) / rows, and must be below the allowed loss. Requests limit what rows can do.
        public int RowsNeeded()
        {
            double margin = _allowed * _outcomes.MeanStrongQuality;
            return margin > 0 ? (int)Math.Min(int.MaxValue, Math.Ceiling((1 + _deviations) / margin)) : int.MaxValue;
        }
    }
}
