using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Fits kernel ridge regressions over latent vectors.</summary>
/// <remarks>
/// With more requests than <see cref="MostCentres"/>, a random part of them serves as centres while all are fitted (subset of regressors;
/// Quiñonero-Candela and Rasmussen, JMLR 6, 2005): this bounds both training and scoring.
/// </remarks>
internal static class KernelFamily
{
    public const int MostCentres = 1024;

    // Keeps the penalty's matrix regular in spite of single precision.
    private const double Nugget = 0.01;
    private static readonly float[] Sharpnesses = [1, 2, 4];
    private static readonly double[] Strengths = [10, 30, 100];

    public static (KernelModel Model, Matrix HeldOut) Fit(TrainingTable table, Random random, Work work) => Fit(table, random, work, Sharpnesses, Strengths);

    public static (KernelModel Model, Matrix HeldOut) Fit(TrainingTable table, Random random, Work work, ReadOnlySpan<float> sharpnesses, ReadOnlySpan<double> strengths)
    {
        int[] chosen = Sample.Choose(table.Rows, MostCentres, random);
        Matrix centres = table.Latent.Take(chosen);
        var solver = new RidgeSolver(table, work);
        RidgeFit? best = null;
        float sharpness = 0;
        foreach (float candidate in sharpnesses)
        {
            var design = new Matrix(table.Rows, centres.Rows);
            var kernel = new Kernel(centres, candidate);
            work.For(table.Rows, row => kernel.Evaluate(table.Latent[row], new float[kernel.ScratchLength]).CopyTo(design[row]));
            double[][] penalty = [.. chosen.Select((row, i) => Penalty(design[row], i))];
            RidgeFit fit = solver.Fit(design, penalty, strengths);
            if (best is null || fit.Error < best.Error)
            {
                (best, sharpness) = (fit, candidate);
            }
        }

        return (new KernelModel(centres, best!.Weights, best.Bias, sharpness), best.HeldOut); // There is at least one sharpness.
    }

    private static double[] Penalty(ReadOnlySpan<float> similarities, int index)
    {
        double[] row = new double[index + 1];
        for (int j = 0; j <= index; j++)
        {
            row[j] = similarities[j];
        }

        row[index] += Nugget;
        return row;
    }
}
