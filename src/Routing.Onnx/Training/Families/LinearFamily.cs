using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Fits ridge regressions on latent vectors and dense measures.</summary>
internal static class LinearFamily
{
    // A latent coordinate is of the size 1/sqrt(dimensions), a measure of the size 1: the first are brought to the size of the second.
    private static readonly double[] Strengths = [30, 100, 300, 1000, 3000];

    public static (LinearModel Model, Matrix HeldOut) Fit(TrainingTable table, Work work)
    {
        float scale = MathF.Sqrt(table.Latent.Columns);
        var design = new Matrix(table.Rows, table.Features.Columns);
        for (int row = 0; row < table.Rows; row++)
        {
            Scale(table.Features[row], design[row], table.Latent.Columns, scale);
        }

        RidgeFit fit = new RidgeSolver(table, work).Fit(design, penalty: null, Strengths);
        for (int t = 0; t < table.Targets; t++)
        {
            Scale(fit.Weights[t], fit.Weights[t], table.Latent.Columns, scale);
        }

        return (new LinearModel(fit.Weights, fit.Bias), fit.HeldOut);
    }

    private static void Scale(ReadOnlySpan<float> from, Span<float> to, int count, float by)
    {
        from.CopyTo(to);
        foreach (ref float value in to[..count])
        {
            value *= by;
        }
    }
}
