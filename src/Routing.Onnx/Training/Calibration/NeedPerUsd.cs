namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Orders requests by what the strong model is worth on them: the quality it is expected to add for each additional USD.</summary>
/// <remarks>
/// Two requests that need the strong model equally are not equal when one is ten times as long. To save the most money at a given loss, the money
/// goes where it buys the most quality (the greedy solution of the fractional knapsack, Dantzig, 1957); ordering by need alone spends it on long requests.
/// The expected gain is a straight line through the gains of rows that the router had not seen; a rising staircase through them, alone or mixed with the line, saved less on
/// two of three sets and no more on the third (docs/training.md, 2026-11-22). The additional cost is the one that the router expects from the words, or where it tells none, an
/// estimate from the length. The order is two numbers, or four, and is kept in the router's file. Immutable.
/// </remarks>
public sealed class NeedPerUsd
{
    /// <summary>The name in a router's file of the threshold of this order that keeps a promise.</summary>
    public const string PromiseThreshold = "promise-per-usd";

    /// <summary>The name in a router's file of the threshold of this order that keeps to a budget.</summary>
    public const string BudgetThreshold = "budget-per-usd";

    /// <summary>The name in a router's file of the threshold that keeps a promise, where the order takes costs from the words.</summary>
    /// <remarks>Another name, so that a version which would take them from the length refuses the file.</remarks>
    public const string PromiseByWordsThreshold = "promise-per-expected-usd";

    /// <summary>The name in a router's file of the threshold that keeps to a budget, where the order takes costs from the words.</summary>
    public const string BudgetByWordsThreshold = "budget-per-expected-usd";

    private const string SlopeName = "per-usd.slope";
    private const string OffsetName = "per-usd.offset";
    private const string CostExponentName = "per-usd.cost-exponent";
    private const string CostOffsetName = "per-usd.cost-offset";
    private readonly double _slope;
    private readonly double _offset;
    private readonly CostEstimate? _extraCost;

    private NeedPerUsd(double slope, double offset, CostEstimate? extraCost)
    {
        _slope = slope;
        _offset = offset;
        _extraCost = extraCost;
    }

    /// <summary>Gets whether the additional cost is the router's own (<see cref="PairScore.ExtraUsd"/>) and not an estimate from the length.</summary>
    public bool IsByWords => _extraCost is null;

    /// <summary>Gets the name in a router's file of a threshold of this order that keeps a promise.</summary>
    public string PromiseName => IsByWords ? PromiseByWordsThreshold : PromiseThreshold;

    /// <summary>Gets the name in a router's file of a threshold of this order that keeps to a budget.</summary>
    public string BudgetName => IsByWords ? BudgetByWordsThreshold : BudgetThreshold;

    /// <summary>Joins what a router for a pair says of a request into one score, which the order is learnt from.</summary>
    /// <param name="outputs">The router's scores: the need, and the chances of the strong and the weak model where they follow.</param>
    /// <returns>The mean of the need and the difference of the chances. They are learnt apart, so their errors partly cancel.</returns>
    /// <exception cref="ArgumentException">There is no score.</exception>
    public static double Join(ReadOnlySpan<double> outputs) => outputs.Length switch
    {
        0 => throw new ArgumentException("There is no score to join.", nameof(outputs)),
        >= 3 => (outputs[0] + outputs[1] - outputs[2]) / 2,
        _ => outputs[0],
    };

    /// <summary>Learns the order from scores of rows that the router was not trained on, and takes costs from the length.</summary>
    /// <param name="scores">The router's scores for requests, higher where the strong model is needed more (<see cref="Join"/>).</param>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <param name="outcomes">What the two models did with them.</param>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    /// <exception cref="ArgumentException">Lengths differ, or a score is not finite.</exception>
    public static NeedPerUsd Fit(ReadOnlySpan<double> scores, ReadOnlySpan<int> lengths, Evaluation.PairOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        double[] extra = new double[outcomes.Count];
        for (int i = 0; i < extra.Length; i++)
        {
            extra[i] = outcomes.HasCosts ? outcomes.StrongCostUsd[i] - outcomes.WeakCostUsd[i] : double.NaN;
        }

        return Fit(scores, outcomes, CostEstimate.Fit(lengths, extra));
    }

    /// <summary>Learns the order from scores of rows that the router was not trained on, and takes costs from the router, which expects them from the words.</summary>
    /// <param name="scores">The router's scores for requests (<see cref="Join"/>).</param>
    /// <param name="outcomes">What the two models did with them.</param>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    /// <exception cref="ArgumentException">Lengths differ, or a score is not finite.</exception>
    public static NeedPerUsd FitByWords(ReadOnlySpan<double> scores, Evaluation.PairOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        return Fit(scores, outcomes, extraCost: null);
    }

    /// <summary>Reads the order that was kept with a router's thresholds.</summary>
    /// <param name="thresholds">The thresholds.</param>
    /// <returns>The order; null when there is none, or not all of it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="thresholds"/> is null.</exception>
    public static NeedPerUsd? ReadFrom(IReadOnlyDictionary<string, double> thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        if (!(thresholds.TryGetValue(SlopeName, out double slope) && double.IsFinite(slope) && thresholds.TryGetValue(OffsetName, out double offset) && double.IsFinite(offset)))
        {
            return null;
        }

        bool hasExponent = thresholds.TryGetValue(CostExponentName, out double costExponent);
        bool hasOffset = thresholds.TryGetValue(CostOffsetName, out double costOffset);
        return (hasExponent, hasOffset) switch
        {
            (false, false) => new(slope, offset, extraCost: null),
            (true, true) when double.IsFinite(costExponent) && double.IsFinite(costOffset) => new(slope, offset, new CostEstimate(costExponent, costOffset)),
            _ => null,
        };
    }

    /// <summary>Keeps the order with a router's thresholds.</summary>
    /// <param name="thresholds">Receives four numbers, or two where costs are taken from the words, whose names begin with <c>per-usd.</c></param>
    /// <exception cref="ArgumentNullException"><paramref name="thresholds"/> is null.</exception>
    public void WriteTo(IDictionary<string, double> thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        thresholds[SlopeName] = _slope;
        thresholds[OffsetName] = _offset;
        if (_extraCost is not null)
        {
            thresholds[CostExponentName] = _extraCost.Exponent;
            thresholds[CostOffsetName] = _extraCost.Offset;
        }
    }

    /// <summary>Gets the quality that the strong model is expected to add; negative where the weak model is the better one.</summary>
    /// <param name="score">The router's score.</param>
    public double Gain(double score) => _offset + _slope * score;

    /// <summary>Gets the place of a request in the order; higher goes to the strong model first.</summary>
    /// <param name="score">What the router says of it.</param>
    /// <param name="length">The request's length, in characters.</param>
    /// <returns>USD in the denominator; NaN where costs are taken from the words and the score holds none.</returns>
    public double Order(PairScore score, int length) => Gain(score.Need) / (_extraCost is null ? score.ExtraUsd : _extraCost.Expected(length));

    /// <summary>Gets the places of many requests.</summary>
    /// <param name="scores">What the router says of them.</param>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <exception cref="ArgumentException">There is not one length for each score.</exception>
    public double[] Order(ReadOnlySpan<PairScore> scores, ReadOnlySpan<int> lengths)
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

    private static NeedPerUsd Fit(ReadOnlySpan<double> scores, Evaluation.PairOutcomes outcomes, CostEstimate? extraCost)
    {
        double[] gain = new double[outcomes.Count];
        for (int i = 0; i < gain.Length; i++)
        {
            gain[i] = outcomes.StrongQuality[i] - outcomes.WeakQuality[i];
        }

        (double slope, double offset) = Line(CalibrationRows.Check(scores, gain), gain);
        return new(slope, offset, extraCost);
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
