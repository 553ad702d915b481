using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Holds the training requests as numbers: what describes them, what is known of them, and how they are split.</summary>
/// <param name="Features">What describes each request: latent vector, then dense measures.</param>
/// <param name="Latent">The latent vectors alone.</param>
/// <param name="Labels">One column for each target; 0 where unknown.</param>
/// <param name="Known">1 where a label is known, otherwise 0.</param>
/// <param name="Folds">The part that each request belongs to.</param>
/// <param name="FoldCount">How many parts there are.</param>
internal sealed record TrainingTable(Matrix Features, Matrix Latent, Matrix Labels, Matrix Known, int[] Folds, int FoldCount)
{
    public int Rows => Features.Rows;

    public int Targets => Labels.Columns;

    /// <summary>Groups targets that are known for the same requests, because they share all work but the last step.</summary>
    public IEnumerable<(int[] Targets, int[] Rows)> Groups()
    {
        bool[] isDone = new bool[Targets];
        for (int first = 0; first < Targets; first++)
        {
            if (isDone[first])
            {
                continue;
            }

            int[] targets = [.. Enumerable.Range(first, Targets - first).Where(t => !isDone[t] && IsKnownAlike(first, t))];
            foreach (int target in targets)
            {
                isDone[target] = true;
            }

            yield return (targets, [.. Enumerable.Range(0, Rows).Where(row => Known[row][first] > 0)]);
        }
    }

    /// <summary>Sums the squared errors of predictions where the truth is known.</summary>
    public double SquaredError(Matrix predictions)
    {
        double sum = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int t = 0; t < Targets; t++)
            {
                double error = (predictions[row][t] - Labels[row][t]) * Known[row][t];
                sum += error * error;
            }
        }

        return sum;
    }

    private bool IsKnownAlike(int first, int second)
    {
        for (int row = 0; row < Rows; row++)
        {
            if (Known[row][first] != Known[row][second])
            {
                return false;
            }
        }

        return true;
    }
}
