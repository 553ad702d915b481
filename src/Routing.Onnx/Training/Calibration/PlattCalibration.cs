namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Fits a logistic curve: 1 / (1 + exp(-(slope x value + offset))).</summary>
/// <remarks>
/// Platt scaling (1999) with his softened targets, which keep the curve from becoming a step when the classes can be separated; Newton's method with halved steps.
/// A slope that would fall is held at 0: a calibration never reverses an order. Immutable.
/// </remarks>
public sealed class PlattCalibration : IProbabilityCalibration
{
    private const int MaxSteps = 100;

    private PlattCalibration(double slope, double offset)
    {
        Slope = slope;
        Offset = offset;
    }

    /// <summary>Gets how steep the curve is, at least 0.</summary>
    public double Slope { get; }

    /// <summary>Gets the logit at 0.</summary>
    public double Offset { get; }

    /// <summary>Fits the curve.</summary>
    /// <param name="predictions">What the model said, any finite numbers.</param>
    /// <param name="observed">What came of it, 0 to 1.</param>
    /// <exception cref="ArgumentException">There are no rows, the lengths differ, or a number is not finite.</exception>
    public static PlattCalibration Fit(ReadOnlySpan<double> predictions, ReadOnlySpan<double> observed)
    {
        double[] x = CalibrationRows.Check(predictions, observed);
        double positive = 0;
        foreach (double value in observed)
        {
            positive += value;
        }

        // Platt's targets: as if one more row of each class had been seen.
        double high = (positive + 1) / (positive + 2);
        double low = 1 / (x.Length - positive + 2);
        double[] target = new double[x.Length];
        double scale = 0;
        for (int i = 0; i < x.Length; i++)
        {
            target[i] = low + observed[i] * (high - low);
            scale = Math.Max(scale, Math.Abs(x[i]));
        }

        scale = scale > 0 ? scale : 1;
        for (int i = 0; i < x.Length; i++)
        {
            x[i] /= scale;
        }

        (double slope, double offset) = Newton(x, target, fixedSlope: false);
        if (slope < 0)
        {
            (slope, offset) = Newton(x, target, fixedSlope: true);
        }

        return new(slope / scale, offset);
    }

    /// <inheritdoc/>
    public double Apply(double value) => Logistic.Probability(Slope * value + Offset);

    private static (double Slope, double Offset) Newton(double[] x, double[] target, bool fixedSlope)
    {
        double slope = 0;
        double offset = Logistic.Logit(target.Average());
        double loss = Loss(x, target, slope, offset);
        for (int step = 0; step < MaxSteps; step++)
        {
            double g0 = 0, g1 = 0, h00 = 1e-10, h01 = 0, h11 = 1e-10;
            for (int i = 0; i < x.Length; i++)
            {
                double p = Logistic.Probability(slope * x[i] + offset);
                double error = p - target[i];
                double curvature = p * (1 - p);
                g0 += error;
                g1 += error * x[i];
                h00 += curvature;
                h01 += curvature * x[i];
                h11 += curvature * x[i] * x[i];
            }

            double determinant = h00 * h11 - h01 * h01;
            double byOffset = fixedSlope ? g0 / h00 : (h11 * g0 - h01 * g1) / determinant;
            double bySlope = fixedSlope ? 0 : (h00 * g1 - h01 * g0) / determinant;
            double size = 1;
            double next = Loss(x, target, slope - bySlope, offset - byOffset);
            while (next > loss && size > 1e-10)
            {
                size /= 2;
                next = Loss(x, target, slope - size * bySlope, offset - size * byOffset);
            }

            if (!(loss - next > 1e-12 * Math.Abs(loss)))
            {
                break;
            }

            slope -= size * bySlope;
            offset -= size * byOffset;
            loss = next;
        }

        return (slope, offset);
    }

    private static double Loss(double[] x, double[] target, double slope, double offset)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += Logistic.Loss(slope * x[i] + offset, target[i]);
        }

        return sum;
    }
}
