namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Divides the logit of a probability by one number: a temperature above 1 takes overconfidence away.</summary>
/// <remarks>Guo et al., 2017 (arXiv 1706.04599). Changes no order and no decision at 0.5; one parameter, so some dozens of rows are enough. Immutable.</remarks>
public sealed class TemperatureCalibration : IProbabilityCalibration
{
    private const double Lowest = 0.05;
    private const double Highest = 20;

    private TemperatureCalibration(double temperature) => Temperature = temperature;

    /// <summary>Gets the temperature, 0.05 to 20; 1 changes nothing.</summary>
    public double Temperature { get; }

    /// <summary>Fits the temperature.</summary>
    /// <param name="predictions">The probabilities that the model gave, 0 to 1.</param>
    /// <param name="observed">What came of it, 0 to 1.</param>
    /// <exception cref="ArgumentException">There are no rows, the lengths differ, or a prediction is not between 0 and 1.</exception>
    public static TemperatureCalibration Fit(ReadOnlySpan<double> predictions, ReadOnlySpan<double> observed)
    {
        double[] logits = CalibrationRows.Check(predictions, observed);
        for (int i = 0; i < logits.Length; i++)
        {
            logits[i] = logits[i] is >= 0 and <= 1
                ? Logistic.Logit(logits[i])
                : throw new ArgumentException($"Row {i} has the prediction {logits[i]}; a temperature needs probabilities, 0 to 1. For other numbers take Platt's or the isotonic calibration.", nameof(predictions));
        }

        // The loss has one minimum over 1/temperature (it is convex there), so a ternary search finds it.
        double low = 1 / Highest;
        double high = 1 / Lowest;
        for (int i = 0; i < 100; i++)
        {
            double left = low + (high - low) / 3;
            double right = high - (high - low) / 3;
            (low, high) = Loss(logits, observed, left) < Loss(logits, observed, right) ? (low, right) : (left, high);
        }

        return new(2 / (low + high));
    }

    /// <inheritdoc/>
    public double Apply(double value) => Logistic.Probability(Logistic.Logit(value) / Temperature);

    private static double Loss(double[] logits, ReadOnlySpan<double> observed, double inverse)
    {
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            sum += Logistic.Loss(logits[i] * inverse, observed[i]);
        }

        return sum;
    }
}
