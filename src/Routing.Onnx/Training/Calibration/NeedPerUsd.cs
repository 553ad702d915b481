namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Orders requests by what the strong model is worth on them: the quality it is expected to add for each additional USD.</summary>
/// <remarks>
/// Two requests that need the strong model equally are not equal when one is ten times as long. To save the most money at a given loss, the money
/// goes where it buys the most quality (the greedy solution of the fractional knapsack, Dantzig, 1957); ordering by need alone spends it on long requests.
/// The expected gain is an isotonic calibration of the router's scores against the gains observed on rows that the router had not seen. Immutable.
/// </remarks>
public sealed class NeedPerUsd
{
    // Steps of the staircase are flat: within one, the router's own order breaks ties. Too small to change the order of steps.
    private const double TieBreak = 1e-6;

    private readonly IsotonicCalibration _gain;
    private readonly CostEstimate _extraCost;

    private NeedPerUsd(IsotonicCalibration gain, CostEstimate extraCost)
    {
        _gain = gain;
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

        return new(IsotonicCalibration.Fit(scores, gain), CostEstimate.Fit(lengths, extra));
    }

    /// <summary>Gets the quality that the strong model is expected to add; negative where the weak model is the better one.</summary>
    /// <param name="score">The router's score.</param>
    public double Gain(double score) => _gain.Apply(score) + TieBreak * Math.Tanh(score);

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
}
