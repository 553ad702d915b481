using System.Numerics.Tensors;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Learns which features matter and what their latent vectors are, from texts without labels.</summary>
/// <remarks>Weights after Salton's TF-IDF, smoothed; latent semantic analysis after Deerwester and others (1990).</remarks>
internal static class LexiconBuilder
{
    private const int LeastTexts = 2;

    public static Lexicon Build(CapturedTexts texts, TrainerOptions options, Work work)
    {
        int size = 1 << options.Features.Bits;
        int half = size / 2;
        int[] frequencies = new int[size];
        for (int i = 0; i < texts.Count; i++)
        {
            foreach (int index in texts.Indices(i))
            {
                frequencies[index]++;
            }
        }

        // Character n-grams alone: words beside them made nothing better (docs/adr/0012). The most frequent rows stand together, so that the
        // rows that nearly every text reads share their memory pages.
        int[] kept = [.. Enumerable.Range(half, half).Where(index => frequencies[index] >= LeastTexts)
            .OrderByDescending(index => frequencies[index]).ThenBy(static index => index).Take(options.MaxFeatures)];
        int[] rows = new int[size];
        Array.Fill(rows, kept.Length);
        float[] weights = new float[kept.Length + 1];
        for (int row = 0; row < kept.Length; row++)
        {
            rows[kept[row]] = row;
            weights[row] = (float)(Math.Log((1.0 + texts.Count) / (1 + frequencies[kept[row]])) + 1);
        }

        Matrix vectors = RandomizedSvd.RightVectors(Weigh(texts, rows, weights), options.Dimensions, new Random(options.Seed), work);
        float[] scales = new float[weights.Length];
        ByteMatrix rounded = ByteMatrix.Round(vectors, scales);
        TensorPrimitives.Multiply(weights, scales, weights);
        (float[] mean, float[] scale) = Standardise(texts);
        return new Lexicon
        {
            Features = options.Features,
            Rows = rows,
            Weights = weights,
            Projection = rounded,
            DenseMean = mean,
            DenseScale = scale,
        };
    }

    private static SparseMatrix Weigh(CapturedTexts texts, int[] rows, float[] weights)
    {
        int last = weights.Length - 1;
        int[] starts = new int[texts.Count + 1];
        for (int i = 0; i < texts.Count; i++)
        {
            starts[i + 1] = starts[i];
            foreach (int index in texts.Indices(i))
            {
                starts[i + 1] += rows[index] == last ? 0 : 1;
            }
        }

        int[] columns = new int[starts[^1]];
        float[] values = new float[starts[^1]];
        for (int i = 0; i < texts.Count; i++)
        {
            int next = starts[i];
            ReadOnlySpan<int> indices = texts.Indices(i);
            ReadOnlySpan<int> counts = texts.Counts(i);
            double squares = 0;
            for (int j = 0; j < indices.Length; j++)
            {
                int row = rows[indices[j]];
                if (row != last)
                {
                    columns[next] = row;
                    values[next] = weights[row] * (1 + MathF.Log(counts[j]));
                    squares += values[next] * values[next];
                    next++;
                }
            }

            float norm = (float)Math.Sqrt(Math.Max(squares, 1e-12));
            foreach (ref float value in values.AsSpan(starts[i], next - starts[i]))
            {
                value /= norm;
            }
        }

        return new SparseMatrix(weights.Length, starts, columns, values);
    }

    private static (float[] Mean, float[] Scale) Standardise(CapturedTexts texts)
    {
        double[] sums = new double[DenseFeatures.Count];
        double[] squares = new double[DenseFeatures.Count];
        for (int i = 0; i < texts.Count; i++)
        {
            ReadOnlySpan<float> dense = texts.Dense(i);
            for (int k = 0; k < dense.Length; k++)
            {
                sums[k] += dense[k];
                squares[k] += dense[k] * dense[k];
            }
        }

        float[] mean = [.. sums.Select(sum => (float)(sum / texts.Count))];
        float[] scale = [.. squares.Select((square, k) =>
        {
            double variance = (square / texts.Count) - (mean[k] * mean[k]);
            return variance < 1e-9 ? 0 : (float)(1 / Math.Sqrt(variance));
        })];
        return (mean, scale);
    }
}
