using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Holds fitted ridge regressions.</summary>
/// <param name="Weights">One row for each target.</param>
/// <param name="Bias">One for each target.</param>
/// <param name="HeldOut">Predictions of each request by a fit that did not see it.</param>
/// <param name="Strength">The penalty that won.</param>
/// <param name="Error">The squared error of <paramref name="HeldOut"/>.</param>
internal sealed record RidgeFit(Matrix Weights, float[] Bias, Matrix HeldOut, double Strength, double Error);
