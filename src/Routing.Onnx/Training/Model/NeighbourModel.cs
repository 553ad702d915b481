using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Predicts the average of known outcomes, weighted by how alike the texts are (Nadaraya and Watson's estimator).</summary>
/// <param name="Examples">The latent vectors of the examples.</param>
/// <param name="Sums">One row for each target: each example's outcome, 0 where unknown.</param>
/// <param name="Known">One row for each target: 1 where an example's outcome is known, otherwise 0.</param>
/// <param name="Sharpness">How fast a weight falls with the angle: exp(sharpness x (cosine - 1)).</param>
internal sealed record NeighbourModel(Matrix Examples, Matrix Sums, Matrix Known, float Sharpness)
{
    private readonly Kernel _kernel = new(Examples, Sharpness);

    /// <summary>Gets how many numbers <see cref="Predict"/> needs room for.</summary>
    public int ScratchLength => _kernel.ScratchLength;

    public void Predict(ReadOnlySpan<float> latent, Span<float> scratch, Span<float> destination)
    {
        ReadOnlySpan<float> weights = _kernel.Evaluate(latent, scratch);
        for (int t = 0; t < destination.Length; t++)
        {
            destination[t] = TensorPrimitives.Dot(Sums[t], weights) / Math.Max(TensorPrimitives.Dot(Known[t], weights), 1e-30f);
        }
    }
}
