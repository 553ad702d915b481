namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>A number with its 95% interval.</summary>
/// <param name="Value">The number, from all rows; NaN where it is not defined.</param>
/// <param name="Low">The lower end: 2.5% of the resamples lie below it.</param>
/// <param name="High">The upper end: 2.5% of the resamples lie above it.</param>
public readonly record struct Interval(double Value, double Low, double High);
