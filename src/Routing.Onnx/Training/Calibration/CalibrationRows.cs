namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Checks what every calibration is fitted to.</summary>
internal static class CalibrationRows
{
    internal static double[] Check(ReadOnlySpan<double> predictions, ReadOnlySpan<double> observed)
    {
        if (predictions.IsEmpty || predictions.Length != observed.Length)
        {
            throw new ArgumentException($"There are {predictions.Length} predictions and {observed.Length} observations; there must be as many of both, and at least one.", nameof(observed));
        }

        for (int i = 0; i < observed.Length; i++)
        {
            if (!double.IsFinite(predictions[i]) || !double.IsFinite(observed[i]))
            {
                throw new ArgumentException($"Row {i} has the prediction {predictions[i]} and the observation {observed[i]}; both must be finite. Leave such rows out.", nameof(predictions));
            }
        }

        return predictions.ToArray();
    }
}
