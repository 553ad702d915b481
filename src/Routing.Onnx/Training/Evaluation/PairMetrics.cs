namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Says in a few numbers how well scores tell the requests that need the strong model from those that do not.</summary>
/// <remarks>
/// APGR and CPT follow RouteLLM (Ong et al., arXiv 2406.18665, section 3.2, and its evaluation code): with PGR(c) the part of the gap in quality between the
/// weak and the strong model that is recovered when a share c of the calls goes to the strong model, APGR is the area under PGR at shares
/// 0, 10, ... 100% (trapezoids), and CPT(x) is the least share of strong calls at which PGR reaches x, by straight lines between the same shares.
/// The eleven points are theirs; taking every score as a threshold would let the luck of single rows decide CPT.
/// </remarks>
/// <param name="Apgr">The average performance gap recovered; 0.5 for a random router, NaN when the strong model is not better on these rows.</param>
/// <param name="Cpt50">The calls to the strong model that recover half of the gap, in percent; 50 for a random router.</param>
/// <param name="Cpt80">The calls to the strong model that recover 80% of the gap, in percent; 80 for a random router.</param>
/// <param name="SavedAt0">Percent of the strong model's cost saved without any loss of quality, with the best threshold for these rows.</param>
/// <param name="SavedAt1">The same when the mean quality may be 1% below the strong model's (relative: 0.792 for 0.8).</param>
/// <param name="SavedAt2">The same at 2%.</param>
/// <param name="SavedAt5">The same at 5%.</param>
public readonly record struct PairMetrics(
    double Apgr, double Cpt50, double Cpt80, double SavedAt0, double SavedAt1, double SavedAt2, double SavedAt5)
{
    private const int Bins = 10;

    /// <summary>Computes the numbers from a curve.</summary>
    /// <param name="curve">A curve over at least one request.</param>
    /// <exception cref="ArgumentNullException"><paramref name="curve"/> is null.</exception>
    public static PairMetrics From(CostQualityCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        CurvePoint weak = curve.PointSpan[0];
        CurvePoint strong = curve.PointSpan[^1];
        double gap = strong.Quality - weak.Quality;
        Span<double> recovered = stackalloc double[Bins + 1];
        for (int i = 0; i <= Bins; i++)
        {
            recovered[i] = gap > 0 ? (curve.QualityAt((double)i / Bins) - weak.Quality) / gap : double.NaN;
        }

        double area = (recovered[0] + recovered[Bins]) / 2;
        for (int i = 1; i < Bins; i++)
        {
            area += recovered[i];
        }

        return new(
            area / Bins, Cpt(recovered, 0.5), Cpt(recovered, 0.8),
            Saved(curve, strong, 0), Saved(curve, strong, 1), Saved(curve, strong, 2), Saved(curve, strong, 5));
    }

    // The cheapest threshold is chosen on the rows it is measured on: what the order of the scores allows, not what a user may count on.
    private static double Saved(CostQualityCurve curve, CurvePoint strong, double lossPercent) =>
        curve.CheapestAt(strong.Quality * (1 - lossPercent / 100)) is { } point && strong.CostUsd > 0
            ? 100 * (1 - point.CostUsd / strong.CostUsd)
            : double.NaN;

    private static double Cpt(ReadOnlySpan<double> recovered, double part)
    {
        for (int i = 1; i < recovered.Length; i++)
        {
            if (recovered[i] >= part)
            {
                double left = recovered[i - 1];
                return 100.0 / Bins * (i - 1 + (part - left) / (recovered[i] - left));
            }
        }

        return double.NaN;
    }
}
