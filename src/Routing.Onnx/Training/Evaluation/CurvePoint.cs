namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>One way to run a pair of models: who gets which requests, and what comes of it.</summary>
/// <param name="Threshold">Requests that score at or above it go to the strong model; positive infinity sends none there.</param>
/// <param name="StrongShare">The share of calls that go to the strong model, 0 to 1.</param>
/// <param name="Quality">The mean quality of all answers, 0 to 1.</param>
/// <param name="CostUsd">The mean cost of a request, in USD; NaN without costs.</param>
public readonly record struct CurvePoint(double Threshold, double StrongShare, double Quality, double CostUsd);
