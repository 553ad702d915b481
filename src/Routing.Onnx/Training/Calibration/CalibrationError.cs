using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Says how far probabilities are from what was observed.</summary>
/// <param name="ExpectedError">The expected calibration error: the mean distance between predicted and observed over the bins, by their rows; 0 is perfect, 0 to 1.</param>
/// <param name="Brier">The mean squared distance between each prediction and its outcome; 0 is perfect, 0 to 1. Rewards telling requests apart, too.</param>
/// <param name="Bins">The bins, by rising prediction; what a reliability diagram shows.</param>
public sealed record CalibrationError(double ExpectedError, double Brier, ImmutableArray<ReliabilityBin> Bins)
{
    /// <summary>Measures probabilities against outcomes that they were not fitted to.</summary>
    /// <param name="predictions">The predicted probabilities.</param>
    /// <param name="observed">What came of it, 0 to 1.</param>
    /// <param name="bins">The number of bins, which hold equally many rows (bins of equal width leave most of them nearly empty); default 10.</param>
    /// <exception cref="ArgumentException">There are no rows, the lengths differ, or a number is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is less than 1.</exception>
    public static CalibrationError Measure(ReadOnlySpan<double> predictions, ReadOnlySpan<double> observed, int bins = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        double[] x = CalibrationRows.Check(predictions, observed);
        double[] y = observed.ToArray();
        Array.Sort(x, y);
        double squares = 0;
        for (int i = 0; i < x.Length; i++)
        {
            squares += (x[i] - y[i]) * (x[i] - y[i]);
        }

        double distance = 0;
        ImmutableArray<ReliabilityBin>.Builder filled = ImmutableArray.CreateBuilder<ReliabilityBin>();
        int start = 0;
        for (int bin = 1; bin <= bins; bin++)
        {
            int end = (int)((long)x.Length * bin / bins);
            while (end > start && end < x.Length && x[end].Equals(x[end - 1]))
            {
                end++; // equal predictions stay in one bin, else their order in the data would decide
            }

            if (end > start)
            {
                double predicted = x.AsSpan(start, end - start).ToArray().Average();
                double seen = y.AsSpan(start, end - start).ToArray().Average();
                filled.Add(new(predicted, seen, end - start));
                distance += Math.Abs(predicted - seen) * (end - start);
                start = end;
            }
        }

        return new(distance / x.Length, squares / x.Length, filled.ToImmutable());
    }
}
