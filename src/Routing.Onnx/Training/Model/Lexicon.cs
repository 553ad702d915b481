using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Turns hashed features into a latent vector and standardised measures.</summary>
/// <remarks>
/// Every kept feature has a row of <see cref="Projection"/>. A text's vector is the sum of its features' rows, each weighted by
/// (1 + ln count) x inverse document frequency, scaled to length 1; that is TF-IDF reduced by a truncated singular value decomposition. The rows are
/// rounded to bytes before anything is learned from them, so that rounding costs no agreement between training and use.
/// </remarks>
internal sealed record Lexicon
{
    /// <summary>Gets how text becomes features.</summary>
    public required FeatureHasherSettings Features { get; init; }

    /// <summary>Gets the row of each feature; features that are not kept share the last row, which is zero.</summary>
    public required int[] Rows { get; init; }

    /// <summary>Gets the weight of each row: inverse document frequency x what the row's bytes must be multiplied with.</summary>
    public required float[] Weights { get; init; }

    /// <summary>Gets the latent vector of each row.</summary>
    public required ByteMatrix Projection { get; init; }

    /// <summary>Gets what is taken off each dense measure.</summary>
    public required float[] DenseMean { get; init; }

    /// <summary>Gets what each dense measure is then multiplied with.</summary>
    public required float[] DenseScale { get; init; }

    /// <summary>Gets what guesses from the latent vector how hard a text is for models in general.</summary>
    /// <value>Learned from requests that lack the target's models; null when there were none.</value>
    public KernelModel? Difficulty { get; init; }

    /// <summary>Gets what joins a text's embedding to its latent vector; null where embeddings are not used.</summary>
    public EmbeddingReduction? Embedding { get; init; }

    /// <summary>Gets how many numbers the latent vector has: those of the words, then those of the embedding where there is one.</summary>
    public int LatentWidth => Projection.Columns + (Embedding is null ? 0 : Embedding.Dimensions);

    /// <summary>Gets how many numbers describe a text: latent dimensions, then dense measures, then the difficulty where there is one.</summary>
    public int Width => LatentWidth + DenseMean.Length + (Difficulty is null ? 0 : 1);

    /// <summary>Describes a text.</summary>
    /// <param name="indices">Its features.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="dense">Its dense measures.</param>
    /// <param name="embedding">Its embedding, as <see cref="Embedding"/> takes it; not looked at without that.</param>
    /// <param name="destination"><see cref="Width"/> numbers.</param>
    public void Describe(ReadOnlySpan<int> indices, ReadOnlySpan<int> counts, ReadOnlySpan<float> dense, ReadOnlySpan<float> embedding, Span<float> destination)
    {
        Span<float> words = destination[..Projection.Columns];
        words.Clear();
        int last = Weights.Length - 1;
        for (int i = 0; i < indices.Length; i++)
        {
            int row = Rows[indices[i]];
            if (row != last)
            {
                float weight = Weights[row] * (counts[i] == 1 ? 1 : 1 + MathF.Log(counts[i]));
                AddScaled(Projection[row], weight, words);
            }
        }

        float norm = TensorPrimitives.Norm<float>(words);
        TensorPrimitives.Multiply(words, 1 / Math.Max(norm, 1e-12f), words);
        Span<float> latent = destination[..LatentWidth];
        Embedding?.Join(embedding, words, latent[words.Length..]);
        Span<float> measures = destination.Slice(latent.Length, DenseMean.Length);
        for (int i = 0; i < measures.Length; i++)
        {
            // Bounded, so that a text unlike any seen in training cannot push a linear model out of sight.
            measures[i] = Math.Clamp((dense[i] - DenseMean[i]) * DenseScale[i], -4, 4);
        }

        if (Difficulty is not null)
        {
            Span<float> scratch = stackalloc float[Difficulty.ScratchLength];
            Difficulty.Predict(latent, scratch, destination[^1..]);
        }
    }

    /// <summary>Tells how much of a text was seen in training.</summary>
    /// <param name="indices">The text's features.</param>
    /// <returns>The share of its different character n-grams that are kept, 0 to 1, less what chance gives, since n-grams share hashes; 0 for a text without any.</returns>
    public double KnownShare(ReadOnlySpan<int> indices)
    {
        int last = Weights.Length - 1;
        int firstGram = Rows.Length / 2;
        int grams = 0;
        int known = 0;
        foreach (int index in indices)
        {
            grams += index >= firstGram ? 1 : 0;
            known += Rows[index] == last ? 0 : 1;
        }

        double chance = (double)last / (Rows.Length - firstGram);
        return grams == 0 || chance >= 1 ? 0 : Math.Max(0, (((double)known / grams) - chance) / (1 - chance));
    }

    // A thousand times a text, for some sixty numbers: too short for the general routine's checks to pay.
    private static void AddScaled(ReadOnlySpan<sbyte> row, float weight, Span<float> sum)
    {
        ReadOnlySpan<Vector<sbyte>> from = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(row);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(sum)[..(4 * from.Length)];
        for (int i = 0; i < from.Length; i++)
        {
            Vector.Widen(from[i], out Vector<short> low, out Vector<short> high);
            Vector.Widen(low, out Vector<int> first, out Vector<int> second);
            Vector.Widen(high, out Vector<int> third, out Vector<int> fourth);
            to[4 * i] += Vector.ConvertToSingle(first) * weight;
            to[(4 * i) + 1] += Vector.ConvertToSingle(second) * weight;
            to[(4 * i) + 2] += Vector.ConvertToSingle(third) * weight;
            to[(4 * i) + 3] += Vector.ConvertToSingle(fourth) * weight;
        }

        for (int i = from.Length * Vector<sbyte>.Count; i < row.Length; i++)
        {
            sum[i] += row[i] * weight;
        }
    }
}
