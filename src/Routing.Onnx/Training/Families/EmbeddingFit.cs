using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Finds how much the embeddings count beside the words, from requests that were held out.</summary>
/// <remarks>
/// <para>Every share is tried with the family that does best alone, kernel ridge regression. The embeddings are used where they err less than the words alone by more
/// than one standard error of the difference (the rule of one standard error: Breiman and others, "Classification and Regression Trees", 1984): every request of a router that
/// uses them waits for one, so that chance is not enough.</para>
/// </remarks>
internal sealed class EmbeddingFit(TrainerOptions options, Func<Lexicon, TrainingTable> describe, Work work)
{
    private const float Sharpness = 2;
    private static readonly float[] Shares = [0.25f, 0.5f, 0.75f];
    private static readonly double[] Strengths = [10, 30, 100];

    /// <summary>Adds embeddings to what describes a request, if they help.</summary>
    /// <param name="lexicon">What describes it so far.</param>
    /// <param name="basis">The requests that the reduction is learned from.</param>
    public (Lexicon Lexicon, EmbeddingReport Report) AddTo(Lexicon lexicon, CapturedTexts basis)
    {
        int length = basis.Embedding(0).Length;
        double bestError = double.PositiveInfinity;
        double[] bestErrors = [];
        EmbeddingReduction? best = null;
        if (ReductionBuilder.Build(basis, options, work) is not { } reduction)
        {
            return (lexicon, new EmbeddingReport(length, Share: 0, Gain: 0, options.EmbeddingModelId));
        }

        double[] words = Errors(lexicon);
        foreach (float share in Shares)
        {
            EmbeddingReduction candidate = reduction with { Share = share };
            double[] errors = Errors(lexicon with { Embedding = candidate });
            double error = errors.Sum();
            if (error < bestError)
            {
                (bestError, bestErrors, best) = (error, errors, candidate);
            }
        }

        double gain = 1 - (bestError / Math.Max(words.Sum(), double.Epsilon));
        return best is not null && IsWorthIt(words, bestErrors)
            ? (lexicon with { Embedding = best }, new EmbeddingReport(length, best.Share, gain, options.EmbeddingModelId))
            : (lexicon, new EmbeddingReport(length, Share: 0, gain, options.EmbeddingModelId));
    }

    private static bool IsWorthIt(double[] words, double[] joined)
    {
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < words.Length; row++)
        {
            double gain = words[row] - joined[row];
            sum += gain;
            squares += gain * gain;
        }

        return sum > Math.Sqrt(Math.Max(0, squares - (sum * sum / words.Length)));
    }

    // The same centres for every share, so that the differences are the shares' alone.
    private double[] Errors(Lexicon lexicon)
    {
        TrainingTable table = describe(lexicon);
        (_, Matrix heldOut) = KernelFamily.Fit(table, new Random(options.Seed + 2), work, [Sharpness], Strengths);
        double[] errors = new double[table.Rows];
        for (int row = 0; row < errors.Length; row++)
        {
            for (int t = 0; t < table.Targets; t++)
            {
                double error = (heldOut[row][t] - table.Labels[row][t]) * table.Known[row][t];
                errors[row] += error * error;
            }
        }

        return errors;
    }
}
