using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Learns from requests that other models answered how hard a text is, as one more measure for the families.</summary>
internal static class DifficultyFamily
{
    // Below this many requests the guess is worth less than the noise that it brings.
    private const int Least = 500;
    private const int Most = 10000;

    public static Lexicon AddTo(Lexicon lexicon, Examples examples, TrainerOptions options, Work work)
    {
        int[] known = [.. Enumerable.Range(0, examples.Auxiliary.Count).Where(row => !float.IsNaN(examples.Ease[row]))];
        if (known.Length < Least)
        {
            return lexicon;
        }

        int[] rows = [.. Sample.Choose(known.Length, Most, new Random(options.Seed + 4)).Select(i => known[i])];
        CapturedTexts texts = examples.Auxiliary.Take(rows);
        Matrix latent = Latent(lexicon, texts, work);
        var labels = new Matrix(rows.Length, 1);
        var all = new Matrix(rows.Length, 1);
        int[] folds = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            labels[i][0] = examples.Ease[rows[i]];
            all[i][0] = 1;
            folds[i] = i % options.Folds;
        }

        var table = new TrainingTable(latent, latent, labels, all, folds, options.Folds);
        (KernelModel model, _) = KernelFamily.Fit(table, new Random(options.Seed + 5), work);
        return Standardised(lexicon, model, Latent(lexicon, examples.Taught, work));
    }

    private static Matrix Latent(Lexicon lexicon, CapturedTexts texts, Work work)
    {
        var latent = new Matrix(texts.Count, lexicon.LatentWidth);
        work.For(texts.Count, row =>
        {
            Span<float> features = new float[lexicon.Width];
            lexicon.Describe(texts.Indices(row), texts.Counts(row), texts.Dense(row), texts.Embedding(row), features);
            features[..latent.Columns].CopyTo(latent[row]);
        });
        return latent;
    }

    // To mean 0 and deviation 1 over the requests that teach, like the other measures.
    private static Lexicon Standardised(Lexicon lexicon, KernelModel model, Matrix taught)
    {
        float[] guesses = new float[taught.Rows];
        float[] scratch = new float[model.ScratchLength];
        for (int row = 0; row < guesses.Length; row++)
        {
            model.Predict(taught[row], scratch, guesses.AsSpan(row, 1));
        }

        float mean = TensorPrimitives.Average<float>(guesses);
        float scale = 1 / Math.Max(1e-6f, TensorPrimitives.StdDev<float>(guesses));
        TensorPrimitives.Multiply(model.Coefficients.Values, scale, model.Coefficients.Values);
        model.Bias[0] = (model.Bias[0] - mean) * scale;
        return lexicon with { Difficulty = model };
    }
}
