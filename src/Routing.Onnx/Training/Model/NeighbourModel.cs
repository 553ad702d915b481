using System.Numerics.Tensors;
using LlmRouting.Training.Numerics;

namespace LlmRouting.Training.Model;

/// <summary>Predicts the average of known outcomes, weighted by how alike the texts are (Nadaraya and Watson's estimator).</summary>
/// <param name="Examples">The latent vectors of the examples.</param>
/// <param name="Sums">For each example its outcome for each target; 0 where unknown.</param>
/// <param name="Known">For each example and target 1 where the outcome is known, otherwise 0.</param>
/// <param name="Sharpness">How fast a weight falls with the angle: exp(sharpness x (cosine - 1)).</param>
internal sealed record NeighbourModel(Matrix Examples, Matrix Sums, Matrix Known, float Sharpness)
{
    public void Predict(ReadOnlySpan<float> latent, Span<float> scratch, Span<float> destination)
    {
        Kernel.Evaluate(Examples, latent, Sharpness, scratch);
        Span<float> total = stackalloc float[destination.Length];
        destination.Clear();
        total.Clear();
        for (int i = 0; i < Examples.Rows; i++)
        {
            TensorPrimitives.MultiplyAdd(Sums[i], scratch[i], destination, destination);
            TensorPrimitives.MultiplyAdd(Known[i], scratch[i], total, total);
        }

        for (int t = 0; t < destination.Length; t++)
        {
            destination[t] /= Math.Max(total[t], 1e-30f);
        }
    }
}
