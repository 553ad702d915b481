namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Orders requests by what the strong model is worth on them: the quality it is expected to add for each additional USD.</summary>
/// <remarks>
/// Two requests that need the strong model equally are not equal when one is ten times as long. To save the most money at a given loss, the money
/// goes where it buys the most quality (the greedy solution of the fractional knapsack, Dantzig, 1957); ordering by need alone spends it on long requests.
/// The expected gain is read off rows that the router had not seen: the mean of the best rising staircase and the best straight line through their gains. The staircase
/// alone has flat steps that put unlike requests in one place; the line alone misses what is not straight. Immutable.
/// </remarks>
public sealed class NeedPerUsd
{
    private readonly IsotonicCalibration _staircase;
    private readonly double _slope;
    private readonly double _offset;
    private readonly CostEstimate _extraCost;

    private NeedPerUsd(IsotonicCalibration staircase, double slope, double offset, CostEstimate extraCost)
    {
        _staircase = staircase;
        _slope = slope;
        _offset = offset;
        _extraCost = extraCost;
    }

    /// <summary>Learns the order from scores of rows that the router was not trained on.</summary>
    /// <param name="scores">The router's scores for requests, higher where the strong model is needed more.</param>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <param name="outcomes">What the two models did with them.</param>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    /// <exception cref="ArgumentException">Lengths differ, or a score is not finite.</exception>
    public static NeedPerUsd Fit(ReadOnlySpan<double> scores, ReadOnlySpan<int> lengths, Evaluation.PairOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        double[] gain = new double[outcomes.Count];
        double[] extra = new double[outcomes.Count];
        for (int i = 0; i < gain.Length; i++)
        {
            gain[i] = outcomes.StrongQuality[i] - outcomes.WeakQuality[i];
            extra[i] = outcomes.HasCosts ? outcomes.StrongCostUsd[i] - outcomes.WeakCostUsd[i] : double.NaN;
        }

        IsotonicCalibration staircase = IsotonicCalibration.Fit(scores, gain); // checks the scores
        (double slope, double offset) = Line(scores, gain);
        return new(staircase, slope, offset, CostEstimate.Fit(lengths, extra));
    }

    /// <summary>Gets the quality that the strong model is expected to add; negative where the weak model is the better one.</summary>
    /// <param name="score">The router's score.</param>
    public double Gain(double score) => (_staircase.Apply(score) + _offset + _slope * score) / 2;

    /// <summary>Gets the place of a request in the order; higher goes to the strong model first.</summary>
    /// <param name="score">The router's score.</param>
    /// <param name="length">The request's length, in characters.</param>
    public double Order(double score, int length) => Gain(score) / _extraCost.Expected(length);

    /// <summary>Gets the places of many requests.</summary>
    /// <param name="scores">The router's scores.</param>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <exception cref="ArgumentException">There is not one length for each score.</exception>
    public double[] Order(ReadOnlySpan<double> scores, ReadOnlySpan<int> lengths)
    {
        if (scores.Length != lengths.Length)
        {
            throw new ArgumentException($"There are {scores.Length} scores and {lengths.Length} lengths; there must be as many of both.", nameof(lengths));
        }

        double[] order = new double[scores.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = Order(scores[i], lengths[i]);
        }

        return order;
    }

    // Least squares, never falling: a router whose scores say the opposite of what they should is given a flat line.
    private static (double Slope, double Offset) Line(ReadOnlySpan<double> x, double[] y)
    {
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < y.Length; i++)
        {
            meanX += x[i] / y.Length;
            meanY += y[i] / y.Length;
        }

        double xx = 0;
        double xy = 0;
        for (int i = 0; i < y.Length; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }

        double slope = xx > 0 ? Math.Max(xy / xx, 0) : 0;
        return (slope, meanY - slope * meanX);
    }
}
