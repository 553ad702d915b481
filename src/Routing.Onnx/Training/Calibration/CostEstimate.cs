namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Estimates what a call costs from the length of the request: cost = factor x length ^ exponent.</summary>
/// <remarks>
/// A power law, fitted by least squares between logarithms: costs spread over orders of magnitude, and the answer's part of the cost grows more slowly than the
/// request's. What a call really costs is known only after it. Immutable.
/// </remarks>
public sealed class CostEstimate
{
    /// <summary>Restores an estimate.</summary>
    /// <param name="exponent">What <see cref="Exponent"/> was.</param>
    /// <param name="offset">What <see cref="Offset"/> was.</param>
    internal CostEstimate(double exponent, double offset)
    {
        Exponent = exponent;
        Offset = offset;
    }

    /// <summary>Gets how the cost grows with the length.</summary>
    /// <value>0 (not at all) to 2; 1 is in proportion.</value>
    public double Exponent { get; }

    /// <summary>Gets the logarithm of the cost in USD of a request of no length.</summary>
    public double Offset { get; }

    /// <summary>Fits the estimate.</summary>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <param name="costsUsd">What their calls cost; those that are not greater than 0 are left out, since they say nothing about the scale.</param>
    /// <exception cref="ArgumentException">The lengths of the arrays differ.</exception>
    public static CostEstimate Fit(ReadOnlySpan<int> lengths, ReadOnlySpan<double> costsUsd)
    {
        if (lengths.Length != costsUsd.Length)
        {
            throw new ArgumentException($"There are {lengths.Length} lengths and {costsUsd.Length} costs; there must be as many of both.", nameof(costsUsd));
        }

        double[] logs = new double[lengths.Length];
        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = LogLength(lengths[i]);
        }

        return FitLogs(logs, costsUsd);
    }

    /// <summary>Fits the estimate to lengths that are given as ln(length + 1).</summary>
    /// <param name="logLengths">One number for each cost.</param>
    /// <param name="costsUsd">What the calls cost; those that are not greater than 0 are left out.</param>
    internal static CostEstimate FitLogs(ReadOnlySpan<double> logLengths, ReadOnlySpan<double> costsUsd)
    {
        double n = 0, sumX = 0, sumY = 0, sumXx = 0, sumXy = 0;
        for (int i = 0; i < logLengths.Length; i++)
        {
            if (costsUsd[i] > 0 && double.IsFinite(costsUsd[i]))
            {
                double x = logLengths[i];
                double y = Math.Log(costsUsd[i]);
                n++;
                sumX += x;
                sumY += y;
                sumXx += x * x;
                sumXy += x * y;
            }
        }

        if (n == 0)
        {
            return new(0, 0); // nothing is known: every request counts alike
        }

        double spread = sumXx - sumX * sumX / n;
        double exponent = spread > 1e-9 ? Math.Clamp((sumXy - sumX * sumY / n) / spread, 0, 2) : 0;
        return new(exponent, (sumY - exponent * sumX) / n);
    }

    /// <summary>Fits the estimate and scales it so that it sums to the costs, free calls included.</summary>
    /// <param name="lengths">The requests' lengths, in characters.</param>
    /// <param name="costsUsd">What their calls cost; 0 or more.</param>
    /// <returns>The estimate; of a model that is free, one that is 0 for every length.</returns>
    internal static CostEstimate FitTotal(ReadOnlySpan<int> lengths, ReadOnlySpan<double> costsUsd)
    {
        CostEstimate shape = Fit(lengths, costsUsd);
        double real = 0;
        double expected = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            real += costsUsd[i];
            expected += shape.Expected(lengths[i]);
        }

        // The logarithm of 0 is minus infinity, and its exponential is 0 again.
        return new(real > 0 ? shape.Exponent : 0, real > 0 ? shape.Offset + Math.Log(real / expected) : double.NegativeInfinity);
    }

    /// <summary>Estimates a call's cost in USD; greater than 0, unless the estimate was scaled to a model that is free.</summary>
    /// <param name="length">The request's length, in characters.</param>
    public double Expected(int length) => Math.Exp(LogExpected(LogLength(length)));

    /// <summary>Estimates the logarithm of a call's cost in USD.</summary>
    /// <param name="logLength">ln(length + 1).</param>
    internal double LogExpected(double logLength) => Offset + Exponent * logLength;

    private static double LogLength(int length) => Math.Log(Math.Max(length, 0) + 1);
}
