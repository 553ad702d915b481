using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Fits gradient-boosted trees of depth 3 on the dense measures.</summary>
/// <remarks>
/// They do not look at the latent vector: what it tells, linear and kernel regression find better, and what trees find in it does not carry over to
/// other subjects (docs/adr/0012). After Friedman, "Stochastic gradient boosting" (2002): squared loss, half of the requests and a part of the features for each tree,
/// small steps. The number of trees is the one with the least error on unseen parts.
/// </remarks>
internal static class BoostingFamily
{
    private const int MostTrees = 240;

    public static (TreesModel Model, Matrix HeldOut) Fit(TrainingTable table, int seed, Work work)
    {
        var bins = new FeatureBins(table.Features, table.Latent.Columns, work);
        int folds = table.FoldCount;

        // Every target, and every part of it that is left out, is a job of its own, with a seed of its own.
        int jobs = table.Targets * (folds + 1);
        Tree[][] trees = new Tree[jobs][];
        float[] bias = new float[jobs];
        float[][] curves = new float[table.Targets * folds][];
        float[][][] predictions = new float[table.Targets * folds][][];
        work.For(jobs, job =>
        {
            int target = job / (folds + 1);
            int fold = job % (folds + 1);
            int[] rows = [.. Enumerable.Range(0, table.Rows).Where(row => table.Known[row][target] > 0 && table.Folds[row] != fold)];
            float[] labels = new float[table.Rows];
            for (int row = 0; row < labels.Length; row++)
            {
                labels[row] = table.Labels[row][target];
            }

            (trees[job], bias[job]) = new TreeGrower(bins, new Random(HashCode(seed, job))).Grow(rows, labels, MostTrees, work.CancellationToken);
            if (fold < folds)
            {
                int[] unseen = [.. Enumerable.Range(0, table.Rows).Where(row => table.Folds[row] == fold)];
                predictions[(target * folds) + fold] = Staged(table, trees[job], bias[job], unseen);
                curves[(target * folds) + fold] = Errors(table, target, unseen, predictions[(target * folds) + fold]);
            }
        });

        var heldOut = new Matrix(table.Rows, table.Targets);
        Tree[][] kept = new Tree[table.Targets][];
        for (int target = 0; target < table.Targets; target++)
        {
            int count = Best(curves.AsSpan(target * folds, folds));
            kept[target] = trees[(target * (folds + 1)) + folds][..count];
            for (int fold = 0; fold < folds; fold++)
            {
                int next = 0;
                for (int row = 0; row < table.Rows; row++)
                {
                    if (table.Folds[row] == fold)
                    {
                        heldOut[row][target] = predictions[(target * folds) + fold][next++][count];
                    }
                }
            }
        }

        return (new TreesModel(kept, [.. Enumerable.Range(0, table.Targets).Select(target => bias[(target * (folds + 1)) + folds])]), heldOut);
    }

    // Not System.HashCode, which is salted for each process.
    private static int HashCode(int seed, int job) => unchecked((seed * 486187739) + (job * 16777619));

    // For each unseen request its prediction after each number of trees.
    private static float[][] Staged(TrainingTable table, Tree[] trees, float bias, int[] unseen)
    {
        float[][] staged = new float[unseen.Length][];
        for (int i = 0; i < unseen.Length; i++)
        {
            staged[i] = new float[trees.Length + 1];
            staged[i][0] = bias;
            for (int tree = 0; tree < trees.Length; tree++)
            {
                staged[i][tree + 1] = staged[i][tree] + trees[tree].Predict(table.Features[unseen[i]]);
            }
        }

        return staged;
    }

    private static float[] Errors(TrainingTable table, int target, int[] unseen, float[][] staged)
    {
        double[] errors = new double[MostTrees + 1];
        for (int i = 0; i < unseen.Length; i++)
        {
            for (int count = 0; count < errors.Length; count++)
            {
                double error = (staged[i][count] - table.Labels[unseen[i]][target]) * table.Known[unseen[i]][target];
                errors[count] += error * error;
            }
        }

        return [.. errors.Select(static error => (float)error)];
    }

    private static int Best(ReadOnlySpan<float[]> curves)
    {
        double least = double.MaxValue;
        int best = 0;
        for (int count = 0; count <= MostTrees; count++)
        {
            double sum = 0;
            foreach (float[] curve in curves)
            {
                sum += curve[count];
            }

            (least, best) = sum < least ? (sum, count) : (least, best);
        }

        return best;
    }
}
