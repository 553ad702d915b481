using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Learns to tell from a text what its <see cref="Hints"/> would be, and from these the target.</summary>
/// <remarks>
/// A result is one throw of a coin; its expectation given the hints is known far better (learning with privileged information: Vapnik and Vashist,
/// Neural Networks 22, 2009). Kernel ridge regression of every hint, then ridge regression of the target on the hints. Both are linear in what they
/// learn from, so that together they are a kernel model of the target.
/// </remarks>
internal static class HintsFamily
{
    private const float UsualSharpness = 2;
    private static readonly double[] Strengths = [0.3, 1, 3, 10];

    public static (KernelModel Model, Matrix HeldOut) Fit(TrainingTable table, Hints hints, float? sharpness, Random random, Work work)
    {
        var known = new Matrix(table.Rows, hints.Values.Columns);
        known.Values.Fill(1);
        (KernelModel recogniser, Matrix recognised) = KernelFamily.Fit(table with { Labels = hints.Values, Known = known }, random, work, [sharpness ?? UsualSharpness], Strengths);

        var coefficients = new Matrix(table.Targets, recogniser.Coefficients.Columns);
        float[] bias = new float[table.Targets];
        var heldOut = new Matrix(table.Rows, table.Targets);
        work.For(table.Targets, target =>
        {
            var regression = new HintsRegression(table, hints, target);
            for (int fold = 0; fold < table.FoldCount; fold++)
            {
                (double[] weights, double constant) = regression.Solve(without: fold, work);
                for (int row = 0; row < table.Rows; row++)
                {
                    if (table.Folds[row] == fold)
                    {
                        heldOut[row][target] = (float)(constant + Dot(weights, recognised[row]));
                    }
                }
            }

            (double[] all, double offset) = regression.Solve(without: -1, work);
            bias[target] = (float)(offset + Dot(all, recogniser.Bias));
            for (int hint = 0; hint < all.Length; hint++)
            {
                for (int centre = 0; centre < coefficients.Columns && all[hint] != 0; centre++)
                {
                    coefficients[target][centre] += (float)(all[hint] * recogniser.Coefficients[hint][centre]);
                }
            }
        });
        return (new KernelModel(recogniser.Centres, coefficients, bias, recogniser.Sharpness), heldOut);
    }

    private static double Dot(double[] weights, ReadOnlySpan<float> values)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * values[i];
        }

        return sum;
    }
}
