using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Shows what every threshold of a router for two models would give: from all calls to the weak model to all calls to the strong one.</summary>
/// <remarks>
/// Requests with the same score cannot be told apart, so they change sides together: nothing depends on the order of the rows. Between two points
/// the curve is a straight line, which is what choosing among the tied requests by chance gives on average. Immutable, safe for concurrent use.
/// </remarks>
public sealed class CostQualityCurve
{
    private readonly CurvePoint[] _points;

    private CostQualityCurve(CurvePoint[] points) => _points = points;

    /// <summary>Gets the points by rising share of the strong model; the first sends it nothing, the last everything.</summary>
    public ImmutableArray<CurvePoint> Points => [.. _points];

    internal ReadOnlySpan<CurvePoint> PointSpan => _points;

    /// <summary>Draws the curve of a router's scores.</summary>
    /// <param name="scores">One number per request, higher where the strong model is needed more; NaN counts as the highest, since what cannot be scored goes to the strong model.</param>
    /// <param name="outcomes">What the two models did with the same requests.</param>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    /// <exception cref="ArgumentException">There is not one score for each request.</exception>
    public static CostQualityCurve Create(ReadOnlySpan<double> scores, PairOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        return Create(ScoreOrder.Create(scores, outcomes.Count), outcomes, weights: []);
    }

    /// <summary>Gets the quality at a share of calls to the strong model.</summary>
    /// <param name="strongShare">The share, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public double QualityAt(double strongShare)
    {
        if (!(strongShare is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(strongShare), strongShare, "A share must be between 0 and 1.");
        }

        int right = 0;
        while (right < _points.Length - 1 && _points[right].StrongShare < strongShare)
        {
            right++;
        }

        return right == 0
            ? _points[0].Quality
            : Line(_points[right - 1].StrongShare, _points[right - 1].Quality, _points[right].StrongShare, _points[right].Quality, strongShare);
    }

    /// <summary>Finds the cheapest way to run the pair at a quality, over all thresholds.</summary>
    /// <param name="quality">The least mean quality, 0 to 1.</param>
    /// <returns>The point, or null when the router reaches that quality nowhere or the costs are not known.</returns>
    public CurvePoint? CheapestAt(double quality)
    {
        // Sums in another order differ in the last bits; that must not decide whether all calls to the strong model reach its own quality.
        double target = quality - 1e-12;
        CurvePoint? best = null;
        for (int i = 0; i < _points.Length; i++)
        {
            Offer(ref best, _points[i], target);
            if (i > 0 && (_points[i - 1].Quality < target) != (_points[i].Quality < target))
            {
                // Cost and quality are both straight lines between two points, so the cheapest is at an end or where the target is met.
                double part = (target - _points[i - 1].Quality) / (_points[i].Quality - _points[i - 1].Quality);
                Offer(ref best, Between(_points[i - 1], _points[i], part) with { Quality = target }, target);
            }
        }

        return best;
    }

    // Weights stand for a resample: how often each row was drawn. None means once each.
    internal static CostQualityCurve Create(ScoreOrder order, PairOutcomes outcomes, ReadOnlySpan<int> weights)
    {
        double quality = 0;
        double cost = 0;
        double total = 0;
        for (int i = 0; i < outcomes.Count; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            quality += weight * outcomes.WeakQuality[i];
            cost += weight * outcomes.WeakCostUsd[i];
            total += weight;
        }

        List<CurvePoint> points = new(outcomes.Count + 1) { new(double.PositiveInfinity, 0, quality / total, cost / total) };
        double strong = 0;
        int at = 0;
        while (at < order.Count)
        {
            double score = order.Score(at);
            double before = strong;
            for (; at < order.Count && order.Score(at).Equals(score); at++)
            {
                int row = order.Row(at);
                double weight = weights.IsEmpty ? 1 : weights[row];
                quality += weight * (outcomes.StrongQuality[row] - outcomes.WeakQuality[row]);
                cost += weight * (outcomes.StrongCostUsd[row] - outcomes.WeakCostUsd[row]);
                strong += weight;
            }

            if (strong > before)
            {
                points.Add(new(score, strong / total, quality / total, cost / total));
            }
        }

        return new([.. points]);
    }

    private static void Offer(ref CurvePoint? best, CurvePoint point, double target)
    {
        if (point.Quality >= target && !double.IsNaN(point.CostUsd) && (best is not { } known || point.CostUsd < known.CostUsd))
        {
            best = point;
        }
    }

    private static CurvePoint Between(in CurvePoint left, in CurvePoint right, double part) => new(
        right.Threshold,
        left.StrongShare + part * (right.StrongShare - left.StrongShare),
        left.Quality + part * (right.Quality - left.Quality),
        left.CostUsd + part * (right.CostUsd - left.CostUsd));

    private static double Line(double x0, double y0, double x1, double y1, double x) => y0 + (y1 - y0) * (x - x0) / (x1 - x0);
}
