namespace LlmRouting.Onnx.Training.Families;

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

        // Around their mean, so that slope and offset hardly depend on each other.
        double mean = scores.Average();
        double spread = Math.Max(1e-6, Math.Sqrt(scores.Average(score => (score - mean) * (score - mean))));
        double[] x = [.. scores.Select(score => (score - mean) / spread)];
        double[] targets = [.. labels.Select(label => low + (label * (high - low)))];
        double slope = 0;
        double offset = Math.Log((positives + 1) / (negatives + 1));
        double loss = Loss(x, targets, slope, offset);
        for (int step = 0; step < MaxSteps; step++)
        {
            (double bySlope, double byOffset) = NewtonStep(x, targets, slope, offset);
            double size = 1;
            double next = Loss(x, targets, slope - bySlope, offset - byOffset);
            while (next > loss && size > 1e-6)
            {
                size /= 2;
                next = Loss(x, targets, slope - (size * bySlope), offset - (size * byOffset));
            }

            if (next >= loss - 1e-12)
            {
                break;
            }

            (slope, offset, loss) = (slope - (size * bySlope), offset - (size * byOffset), next);
        }

        // A falling function would turn the order around because of chance; better an almost constant one.
        double rising = Math.Max(slope, 1e-3) / spread;
        return (rising, offset - (rising * mean));
    }

    private static (double Slope, double Offset) NewtonStep(double[] x, double[] targets, double slope, double offset)
    {
        double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
        for (int i = 0; i < x.Length; i++)
        {
            double p = 1 / (1 + Math.Exp(-((slope * x[i]) + offset)));
            double error = p - targets[i];
            double weight = p * (1 - p);
            g0 += error;
            g1 += error * x[i];
            h00 += weight;
            h01 += weight * x[i];
            h11 += weight * x[i] * x[i];
        }

        double determinant = (h00 * h11) - (h01 * h01);
        return determinant <= 1e-12 ? (0, 0) : (((h00 * g1) - (h01 * g0)) / determinant, ((h11 * g0) - (h01 * g1)) / determinant);
    }

    // The cross-entropy, by ln(1 + e^z), which neither overflows nor loses digits this way.
    private static double Loss(double[] x, double[] targets, double slope, double offset)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double z = (slope * x[i]) + offset;
            sum += Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - (targets[i] * z);
        }

        return sum;
    }
}
