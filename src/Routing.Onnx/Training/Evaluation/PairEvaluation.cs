namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Says how good a router for two models is on requests that its training did not see, and how sure that is.</summary>
/// <param name="Count">The number of requests.</param>
/// <param name="StrongQuality">The strong model's mean quality on them, 0 to 1.</param>
/// <param name="WeakQuality">The weak model's mean quality on them, 0 to 1.</param>
/// <param name="Metrics">The numbers.</param>
/// <param name="Apgr">APGR with its 95% interval.</param>
/// <param name="SavedAt2">Percent of the strong model's cost saved at 2% loss, with its 95% interval.</param>
public sealed record PairEvaluation(
    int Count, double StrongQuality, double WeakQuality, PairMetrics Metrics, Interval Apgr, Interval SavedAt2)
{
    /// <summary>The resamples behind an interval.</summary>
    public const int DefaultResamples = 200;

    /// <summary>Evaluates scores, with intervals from a bootstrap over the requests.</summary>
    /// <param name="scores">One number per request, higher where the strong model is needed more.</param>
    /// <param name="outcomes">What the two models did with the same requests.</param>
    /// <param name="seed">Seeds the bootstrap: the same seed gives the same intervals.</param>
    /// <param name="resamples">How often the requests are drawn anew; 0 leaves the intervals NaN. Default 200.</param>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    /// <exception cref="ArgumentException">There is not one score for each request.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="resamples"/> is negative.</exception>
    public static PairEvaluation Create(ReadOnlySpan<double> scores, PairOutcomes outcomes, int seed = 1, int resamples = DefaultResamples)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentOutOfRangeException.ThrowIfNegative(resamples);
        ScoreOrder order = ScoreOrder.Create(scores, outcomes.Count);
        PairMetrics metrics = PairMetrics.From(CostQualityCurve.Create(order, outcomes, []));
        double[] apgr = new double[resamples];
        double[] saved = new double[resamples];
        var random = new Random(seed);
        int[] weights = new int[outcomes.Count];
        for (int i = 0; i < resamples; i++)
        {
            Array.Clear(weights);
            for (int draw = 0; draw < weights.Length; draw++)
            {
                weights[random.Next(weights.Length)]++;
            }

            PairMetrics sample = PairMetrics.From(CostQualityCurve.Create(order, outcomes, weights));
            apgr[i] = sample.Apgr;
            saved[i] = sample.SavedAt2;
        }

        return new(
            outcomes.Count, outcomes.MeanStrongQuality, outcomes.MeanWeakQuality, metrics,
            Around(metrics.Apgr, apgr), Around(metrics.SavedAt2, saved));
    }

    private static Interval Around(double value, double[] samples)
    {
        double[] known = Array.FindAll(samples, static sample => !double.IsNaN(sample));
        if (known.Length == 0)
        {
            return new(value, double.NaN, double.NaN);
        }

        Array.Sort(known);
        return new(value, known[(int)(0.025 * (known.Length - 1))], known[(int)Math.Ceiling(0.975 * (known.Length - 1))]);
    }
}
