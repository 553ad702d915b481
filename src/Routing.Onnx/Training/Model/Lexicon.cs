using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Turns hashed features into a latent vector and standardised measures.</summary>
/// <remarks>
/// Every kept feature has a row of <see cref="Projection"/>. A text's vector is the sum of its features' rows, each weighted by
/// (1 + ln count) x inverse document frequency, scaled to length 1; that is TF-IDF reduced by a truncated singular value decomposition.
/// </remarks>
internal sealed class Lexicon
{
    /// <summary>Gets how text becomes features.</summary>
    public required FeatureHasherSettings Features { get; init; }

    /// <summary>Gets the row of each feature; features that are not kept share the last row, which is zero.</summary>
    public required int[] Rows { get; init; }

    /// <summary>Gets the weight of each row.</summary>
    public required float[] Weights { get; init; }

    /// <summary>Gets the latent vector of each row.</summary>
    public required Matrix Projection { get; init; }

    /// <summary>Gets what is taken off each dense measure.</summary>
    public required float[] DenseMean { get; init; }

    /// <summary>Gets what each dense measure is then multiplied with.</summary>
    public required float[] DenseScale { get; init; }

    /// <summary>Gets what guesses from the latent vector how hard a text is for models in general.</summary>
    /// <value>Learned from requests that lack the target's models; null when there were none.</value>
    public KernelModel? Difficulty { get; init; }

    /// <summary>Gets how many numbers describe a text: latent dimensions, then dense measures, then the difficulty where there is one.</summary>
    public int Width => Projection.Columns + DenseMean.Length + (Difficulty is null ? 0 : 1);

    /// <summary>Describes a text.</summary>
    /// <param name="indices">Its features.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="dense">Its dense measures.</param>
    /// <param name="destination"><see cref="Width"/> numbers.</param>
    public void Describe(ReadOnlySpan<int> indices, ReadOnlySpan<int> counts, ReadOnlySpan<float> dense, Span<float> destination)
    {
        Span<float> latent = destination[..Projection.Columns];
        latent.Clear();
        int last = Weights.Length - 1;
        for (int i = 0; i < indices.Length; i++)
        {
            int row = Rows[indices[i]];
            if (row != last)
            {
                float weight = Weights[row] * (counts[i] == 1 ? 1 : 1 + MathF.Log(counts[i]));
                AddScaled(Projection[row], weight, latent);
            }
        }

        float norm = TensorPrimitives.Norm<float>(latent);
        TensorPrimitives.Multiply(latent, 1 / Math.Max(norm, 1e-12f), latent);
        Span<float> measures = destination.Slice(Projection.Columns, DenseMean.Length);
        for (int i = 0; i < measures.Length; i++)
        {
            // Bounded, so that a text unlike any seen in training cannot push a linear model out of sight.
            measures[i] = Math.Clamp((dense[i] - DenseMean[i]) * DenseScale[i], -4, 4);
        }

        if (Difficulty is not null)
        {
            Span<float> scratch = stackalloc float[Difficulty.Centres.Rows];
            Difficulty.Predict(latent, scratch, destination[^1..]);
        }
    }

    // A thousand times a text, for some sixty numbers: too short for the general routine's checks to pay.
    private static void AddScaled(ReadOnlySpan<float> row, float weight, Span<float> sum)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(row);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(sum)[..from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            to[i] += from[i] * weight;
        }

        for (int i = from.Length * Vector<float>.Count; i < row.Length; i++)
        {
            sum[i] += row[i] * weight;
        }
    }
}
