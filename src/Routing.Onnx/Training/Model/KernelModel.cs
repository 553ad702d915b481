using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Predicts by a weighted sum of similarities to some training requests: kernel ridge regression, or a Gaussian process's mean.</summary>
/// <param name="Centres">The latent vectors that are compared with.</param>
/// <param name="Coefficients">One row for each target: each centre's coefficient.</param>
/// <param name="Bias">The prediction far from all centres, for each target.</param>
/// <param name="Sharpness">How fast a similarity falls with the angle: exp(sharpness x (cosine - 1)).</param>
internal sealed record KernelModel(Matrix Centres, Matrix Coefficients, float[] Bias, float Sharpness)
{
    private readonly Kernel _kernel = new(Centres, Sharpness);

    /// <summary>Gets how many numbers <see cref="Predict"/> needs room for.</summary>
    public int ScratchLength => _kernel.ScratchLength;

    public void Predict(ReadOnlySpan<float> latent, Span<float> scratch, Span<float> destination)
    {
        ReadOnlySpan<float> similarities = _kernel.Evaluate(latent, scratch);
        for (int t = 0; t < destination.Length; t++)
        {
            destination[t] = Bias[t] + TensorPrimitives.Dot(Coefficients[t], similarities);
        }
    }
}
