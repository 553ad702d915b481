using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Tests whether two sets of rows look as if drawn from the same traffic, as far as a promise is concerned.</summary>
/// <remarks>
/// Compares, at three thresholds, how many rows fall below and what they lose, and the strong model's quality, by the difference of means over its standard error. Passing is no proof: a
/// shift too small to be seen on these rows passes. Failing is a reason not to pool them.
/// </remarks>
public static class Exchangeability
{
    // Seven comparisons that go together; each at about the 10% level, since what is missed costs more than what is not pooled.
    private const double MostDeviations = 1.64;

    /// <summary>Tests two sets.</summary>
    /// <param name="scores">The scores of the rows that are like the traffic.</param>
    /// <param name="outcomes">What the two models did with them.</param>
    /// <param name="otherScores">The scores of the rows in question.</param>
    /// <param name="otherOutcomes">What the two models did with those.</param>
    /// <returns>Whether no comparison tells the two sets apart.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static bool Holds(ReadOnlySpan<double> scores, PairOutcomes outcomes, ReadOnlySpan<double> otherScores, PairOutcomes otherOutcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(otherOutcomes);
        if (!Alike(outcomes.StrongQuality.AsSpan(), otherOutcomes.StrongQuality.AsSpan()))
        {
            return false;
        }

        foreach (double share in (ReadOnlySpan<double>)[0.25, 0.5, 0.75])
        {
            double threshold = ThresholdChoice.ForWeakShare(otherScores, share);
            if (!Alike(Below(scores, threshold), Below(otherScores, threshold))
                || !Alike(Losses(scores, outcomes, threshold), Losses(otherScores, otherOutcomes, threshold)))
            {
                return false;
            }
        }

        return true;
    }

    private static double[] Below(ReadOnlySpan<double> scores, double threshold)
    {
        double[] below = new double[scores.Length];
        for (int i = 0; i < below.Length; i++)
        {
            below[i] = scores[i] < threshold ? 1 : 0;
        }

        return below;
    }

    private static double[] Losses(ReadOnlySpan<double> scores, PairOutcomes outcomes, double threshold)
    {
        double[] losses = new double[scores.Length];
        for (int i = 0; i < losses.Length; i++)
        {
            losses[i] = scores[i] < threshold ? outcomes.StrongQuality[i] - outcomes.WeakQuality[i] : 0;
        }

        return losses;
    }

    private static bool Alike(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        (double mean, double error) = MeanAndSquaredError(one);
        (double otherMean, double otherError) = MeanAndSquaredError(other);
        return Math.Abs(mean - otherMean) <= MostDeviations * Math.Sqrt(error + otherError);
    }

    private static (double Mean, double SquaredError) MeanAndSquaredError(ReadOnlySpan<double> values)
    {
        double sum = 0;
        double squares = 0;
        foreach (double value in values)
        {
            sum += value;
            squares += value * value;
        }

        double mean = sum / values.Length;
        return (mean, Math.Max(squares / values.Length - mean * mean, 0) / values.Length);
    }
}
