using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Predicts by a neural network with one hidden layer of rectified linear units.</summary>
/// <param name="Hidden">One row of weights for each unit.</param>
/// <param name="HiddenBias">One for each unit.</param>
/// <param name="Output">One row for each target: each unit's weight.</param>
/// <param name="Bias">One for each target.</param>
internal sealed record NetworkModel(Matrix Hidden, float[] HiddenBias, Matrix Output, float[] Bias)
{
    /// <summary>Gets how many numbers <see cref="Predict"/> needs room for.</summary>
    public int ScratchLength => Hidden.Rows;

    public void Predict(ReadOnlySpan<float> features, Span<float> scratch, Span<float> destination)
    {
        Span<float> active = scratch[..ScratchLength];
        for (int unit = 0; unit < active.Length; unit++)
        {
            active[unit] = Math.Max(0, HiddenBias[unit] + TensorPrimitives.Dot(Hidden[unit], features));
        }

        for (int t = 0; t < destination.Length; t++)
        {
            destination[t] = Bias[t] + TensorPrimitives.Dot<float>(Output[t], active);
        }
    }
}
