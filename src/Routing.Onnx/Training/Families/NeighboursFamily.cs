using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Keeps examples to compare with, and finds how sharply to compare.</summary>
/// <remarks>At most <see cref="MostExamples"/> are kept, a random part when there are more: this bounds the router's size and its time.</remarks>
internal static class NeighboursFamily
{
    public const int MostExamples = 4096;
    private static readonly float[] Sharpnesses = [3, 5, 8, 12];

    public static (NeighbourModel Model, Matrix HeldOut) Fit(TrainingTable table, Random random, Work work)
    {
        int[] chosen = Sample.Choose(table.Rows, MostExamples, random);
        Matrix examples = table.Latent.Take(chosen);
        Matrix labels = table.Labels.Take(chosen).Transpose();
        Matrix known = table.Known.Take(chosen).Transpose();
        Matrix[] heldOut = [.. Sharpnesses.Select(_ => new Matrix(table.Rows, table.Targets))];
        work.For(table.Rows, row => PredictUnseen(table, chosen, examples, row, heldOut));
        int best = 0;
        for (int i = 1; i < heldOut.Length; i++)
        {
            best = table.SquaredError(heldOut[i]) < table.SquaredError(heldOut[best]) ? i : best;
        }

        return (new NeighbourModel(examples, labels, known, Sharpnesses[best]), heldOut[best]);
    }

    // By examples of the other parts alone.
    private static void PredictUnseen(TrainingTable table, int[] chosen, Matrix examples, int row, Matrix[] heldOut)
    {
        float[] cosines = new float[chosen.Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            cosines[i] = TensorPrimitives.Dot<float>(examples[i], table.Latent[row]) - 1;
        }

        float[] weights = new float[chosen.Length];
        float[] total = new float[table.Targets];
        for (int s = 0; s < Sharpnesses.Length; s++)
        {
            TensorPrimitives.Multiply(cosines, Sharpnesses[s], weights);
            TensorPrimitives.Exp<float>(weights, weights);
            Span<float> sum = heldOut[s][row];
            Array.Clear(total);
            for (int i = 0; i < chosen.Length; i++)
            {
                if (table.Folds[chosen[i]] != table.Folds[row])
                {
                    TensorPrimitives.MultiplyAdd(table.Labels[chosen[i]], weights[i], sum, sum);
                    TensorPrimitives.MultiplyAdd(table.Known[chosen[i]], weights[i], total, total);
                }
            }

            for (int t = 0; t < sum.Length; t++)
            {
                sum[t] /= Math.Max(total[t], 1e-30f);
            }
        }
    }
}
