namespace LlmRouting.Training.Families;

/// <summary>Turns scores into chances by a logistic function.</summary>
/// <remarks>After Platt, "Probabilistic outputs for support vector machines" (1999), with his softened targets; Newton's method.</remarks>
internal static class LogisticCalibration
{
    private const int MaxSteps = 50;

    public static (double Slope, double Offset) Fit(double[] scores, double[] labels)
    {
        double positives = labels.Sum();
        double negatives = labels.Length - positives;
        double high = (positives + 1) / (positives + 2);
        double low = 1 / (negatives + 2);
        double spread = Math.Max(1e-6, Spread(scores));
        double slope = 0;
        double offset = Math.Log((positives + 1) / (negatives + 1));
        for (int step = 0; step < MaxSteps; step++)
        {
            double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
            for (int i = 0; i < scores.Length; i++)
            {
                double x = scores[i] / spread;
                double p = 1 / (1 + Math.Exp(-((slope * x) + offset)));
                double error = p - (low + (labels[i] * (high - low)));
                double weight = p * (1 - p);
                g0 += error;
                g1 += error * x;
                h00 += weight;
                h01 += weight * x;
                h11 += weight * x * x;
            }

            double determinant = Math.Max(1e-12, (h00 * h11) - (h01 * h01));
            double stepOffset = ((h11 * g0) - (h01 * g1)) / determinant;
            double stepSlope = ((h00 * g1) - (h01 * g0)) / determinant;
            offset -= Math.Clamp(stepOffset, -2, 2);
            slope -= Math.Clamp(stepSlope, -2, 2);
            if (Math.Abs(stepOffset) + Math.Abs(stepSlope) < 1e-10)
            {
                break;
            }
        }

        // A falling function would turn the order around because of chance; better an almost constant one.
        return (Math.Max(slope, 1e-3) / spread, offset);
    }

    private static double Spread(double[] scores)
    {
        double mean = scores.Average();
        return Math.Sqrt(scores.Average(score => (score - mean) * (score - mean)));
    }
}
