using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Fits small neural networks on latent vectors and dense measures, and averages them.</summary>
/// <remarks>
/// Networks of other random weights err otherwise, so that their mean errs less; the mean of several networks with one hidden layer is one such network with
/// all of their units. They are stopped early: after as many rounds as err least on unseen parts.
/// </remarks>
internal static class NetworkFamily
{
    private const int Members = 4;
    private const int LeastEpochs = 8;
    private const int MostEpochs = 200;

    // Bounds the time. Of 1,500 requests the networks err least after a third to two thirds of it; of 9,000 (MMLU) the error still falls a little at its end.
    private const int MostLooks = 120_000;

    public static (NetworkModel Model, Matrix HeldOut) Fit(TrainingTable table, int seed, Work work)
    {
        Matrix design = Scaled(table.Features, table.Latent.Columns);
        int epochs = Math.Clamp(MostLooks / table.Rows, LeastEpochs, MostEpochs);
        Matrix[] staged = [.. Enumerable.Range(0, epochs + 1).Select(_ => new Matrix(table.Rows, table.Targets))];
        work.For(table.FoldCount, fold => Predict(table, design, fold, seed, staged, work.CancellationToken));
        int best = Best(table, staged);

        int[] all = [.. Enumerable.Range(0, table.Rows)];
        NetworkDescent[] members = new NetworkDescent[Members];
        work.For(Members, member =>
        {
            members[member] = new NetworkDescent(table, design, [.. all], Chance(seed, table.FoldCount, member));
            for (int epoch = 0; epoch < best; epoch++)
            {
                members[member].RunEpoch(work.CancellationToken);
            }
        });
        return (Join(table, members), staged[best]);
    }

    // The mean of the networks' predictions of a part that they do not see, after each round.
    private static void Predict(TrainingTable table, Matrix design, int fold, int seed, Matrix[] staged, CancellationToken cancellationToken)
    {
        int[] seen = [.. Enumerable.Range(0, table.Rows).Where(row => table.Folds[row] != fold)];
        int[] unseen = [.. Enumerable.Range(0, table.Rows).Where(row => table.Folds[row] == fold)];
        for (int member = 0; member < Members; member++)
        {
            var network = new NetworkDescent(table, design, [.. seen], Chance(seed, fold, member));
            for (int epoch = 0; epoch < staged.Length; epoch++)
            {
                if (epoch > 0)
                {
                    network.RunEpoch(cancellationToken);
                }

                foreach (int row in unseen)
                {
                    network.AddPrediction(row, 1f / Members, staged[epoch][row]);
                }
            }
        }
    }

    private static int Best(TrainingTable table, Matrix[] staged)
    {
        double least = double.MaxValue;
        int best = 0;
        for (int epoch = 0; epoch < staged.Length; epoch++)
        {
            double error = table.SquaredError(staged[epoch]);
            (least, best) = error < least ? (error, epoch) : (least, best);
        }

        return best;
    }

    private static NetworkModel Join(TrainingTable table, NetworkDescent[] members)
    {
        var hidden = new Matrix(Members * NetworkDescent.Units, table.Features.Columns);
        float[] hiddenBias = new float[hidden.Rows];
        var output = new Matrix(table.Targets, hidden.Rows);
        float[] bias = new float[table.Targets];
        for (int member = 0; member < Members; member++)
        {
            members[member].CopyTo(member, 1f / Members, hidden, hiddenBias, output, bias);
        }

        return new NetworkModel(Scaled(hidden, table.Latent.Columns), hiddenBias, output, bias);
    }

    // A latent coordinate is of the size 1/sqrt(dimensions), a measure of the size 1: the first are brought to the size of the second.
    private static Matrix Scaled(Matrix rows, int latent)
    {
        float scale = MathF.Sqrt(latent);
        var scaled = new Matrix(rows.Rows, rows.Columns);
        for (int row = 0; row < rows.Rows; row++)
        {
            rows[row].CopyTo(scaled[row]);
            foreach (ref float value in scaled[row][..latent])
            {
                value *= scale;
            }
        }

        return scaled;
    }

    // A seed for each network; not System.HashCode, which is salted for each process.
    private static Random Chance(int seed, int fold, int member) => new(unchecked((seed * 486187739) + (((fold * Members) + member) * 16777619)));
}
