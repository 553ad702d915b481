using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Predicts by a weighted sum of everything that describes a text.</summary>
/// <param name="Weights">One row for each target.</param>
/// <param name="Bias">One for each target.</param>
internal sealed record LinearModel(Matrix Weights, float[] Bias)
{
    public void Predict(ReadOnlySpan<float> features, Span<float> destination)
    {
        for (int t = 0; t < destination.Length; t++)
        {
            destination[t] = Bias[t] + TensorPrimitives.Dot(Weights[t], features);
        }
    }
}
