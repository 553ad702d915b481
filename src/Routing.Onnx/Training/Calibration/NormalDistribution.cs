namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Computes quantiles of the standard normal distribution.</summary>
internal static class NormalDistribution
{
    // Bisection over the complementary error function is exact enough and short; it is called once per calibration, never on a hot path.
    internal static double Quantile(double probability)
    {
        double low = -9;
        double high = 9;
        for (int i = 0; i < 80; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Cumulative(middle) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    // Abramowitz and Stegun 26.2.17; the error is below 7.5e-8.
    internal static double Cumulative(double x)
    {
        double t = 1 / (1 + 0.2316419 * Math.Abs(x));
        double polynomial = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
        return x >= 0 ? 1 - tail : tail;
    }
}
