namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Sums up the rows whose predictions are alike.</summary>
/// <param name="Predicted">Their mean prediction.</param>
/// <param name="Observed">Their mean outcome.</param>
/// <param name="Count">How many they are.</param>
public readonly record struct ReliabilityBin(double Predicted, double Observed, int Count);
