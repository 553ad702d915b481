using LlmRouting.Onnx.Training.Families;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Tests.Training.Families;

public sealed class NetworkFamilyTests
{
    private const int Few = 120;
    private const int Latent = 4;

    [Test]
    [Description("Either of two things alone calls for one answer, both or neither for the other: no sum of the two tells them apart.")]
    public void Fit_LearnsAnInteractionThatNoLinearModelCan()
    {
        TrainingTable table = ExclusiveOr(600);

        (_, Matrix network) = NetworkFamily.Fit(table, seed: 1, Alone());
        (_, Matrix linear) = LinearFamily.Fit(table, Alone());

        // The variance of the labels is 1/4 a row.
        Assert.That(table.SquaredError(linear), Is.GreaterThan(0.24 * table.Rows));
        Assert.That(table.SquaredError(network), Is.LessThan(0.06 * table.Rows));
    }

    [Test]
    [Description("What is kept is what was fitted: on requests that it saw it does at least as well as the networks that did not see them.")]
    public void Fit_KeepsANetworkThatPredictsAsWellAsThoseOnUnseenParts()
    {
        TrainingTable table = ExclusiveOr(600);

        (NetworkModel model, Matrix heldOut) = NetworkFamily.Fit(table, seed: 1, Alone());

        Assert.That(table.SquaredError(Predict(model, table)), Is.LessThanOrEqualTo(table.SquaredError(heldOut) * 1.1));
    }

    [Test]
    public void Fit_IsTheSameForAnyNumberOfThreads()
    {
        TrainingTable table = ExclusiveOr(Few);

        (NetworkModel one, Matrix oneHeldOut) = NetworkFamily.Fit(table, seed: 1, Alone());
        (NetworkModel four, Matrix fourHeldOut) = NetworkFamily.Fit(table, seed: 1, new Work(4, CancellationToken.None));

        Assert.That(four.Hidden.Values.ToArray(), Is.EqualTo(one.Hidden.Values.ToArray()));
        Assert.That(four.Output.Values.ToArray(), Is.EqualTo(one.Output.Values.ToArray()));
        Assert.That(fourHeldOut.Values.ToArray(), Is.EqualTo(oneHeldOut.Values.ToArray()));
    }

    [Test]
    public void Fit_AnotherSeedGivesAnotherNetwork()
    {
        TrainingTable table = ExclusiveOr(Few);

        (NetworkModel one, _) = NetworkFamily.Fit(table, seed: 1, Alone());
        (NetworkModel two, _) = NetworkFamily.Fit(table, seed: 2, Alone());

        Assert.That(two.Hidden.Values.ToArray(), Is.Not.EqualTo(one.Hidden.Values.ToArray()));
    }

    [Test]
    public void Fit_OnNoiseStopsEarlyEnoughToBeLittleWorseThanTheMean()
    {
        var random = new Random(3);
        TrainingTable table = Table(Few, (_, _) => random.Next(2));

        (_, Matrix heldOut) = NetworkFamily.Fit(table, seed: 1, Alone());

        Assert.That(table.SquaredError(heldOut), Is.LessThan(0.26 * table.Rows));
    }

    [Test]
    public void Fit_OnConstantFeaturesPredictsTheMeanOfEachTarget()
    {
        TrainingTable table = ExclusiveOr(Few);
        table.Features.Values.Clear();

        (NetworkModel model, Matrix heldOut) = NetworkFamily.Fit(table, seed: 1, Alone());

        float mean = Enumerable.Range(0, Few).Average(row => table.Labels[row][0]);
        Assert.That(heldOut.Values.ToArray(), Has.All.InRange(mean - 0.1f, mean + 0.1f));
        Assert.That(Predict(model, table).Values.ToArray(), Has.All.EqualTo(mean).Within(0.05));
    }

    [Test]
    public void Fit_OnConstantOrUnknownTargetsStaysFinite()
    {
        TrainingTable whole = ExclusiveOr(Few);
        var labels = new Matrix(Few, 3);
        var known = new Matrix(Few, 3);
        for (int row = 0; row < Few; row++)
        {
            labels[row][0] = 1;
            (known[row][0], known[row][1]) = (1, 1);
            labels[row][1] = whole.Labels[row][0];
        }

        (NetworkModel model, Matrix heldOut) = NetworkFamily.Fit(whole with { Labels = labels, Known = known }, seed: 1, Alone());

        Assert.That(heldOut.Values.ToArray(), Has.All.Matches<float>(float.IsFinite));
        Assert.That(Enumerable.Range(0, Few).Select(row => heldOut[row][0]), Has.All.EqualTo(1).Within(0.05));
        Assert.That(model.Output.Values.ToArray(), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Fit_StopsWhenCancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.That(() => NetworkFamily.Fit(ExclusiveOr(Few), seed: 1, new Work(1, source.Token)), Throws.InstanceOf<OperationCanceledException>());
    }

    private static Work Alone() => new(1, CancellationToken.None);

    private static TrainingTable ExclusiveOr(int rows) => Table(rows, static (first, second) => (first > 0) == (second > 0) ? 0 : 1);

    // Two measures tell the label; two more and the latent vector, of length 1, are chance.
    private static TrainingTable Table(int rows, Func<float, float, int> label)
    {
        var random = new Random(7);
        var latent = new Matrix(rows, Latent);
        var features = new Matrix(rows, Latent + 4);
        var labels = new Matrix(rows, 1);
        var known = new Matrix(rows, 1);
        known.Values.Fill(1);
        for (int row = 0; row < rows; row++)
        {
            latent[row][random.Next(Latent)] = 1;
            latent[row].CopyTo(features[row]);
            for (int measure = Latent; measure < features.Columns; measure++)
            {
                features[row][measure] = random.Next(2) == 0 ? -1 : 1;
            }

            labels[row][0] = label(features[row][Latent], features[row][Latent + 1]);
        }

        return new TrainingTable(features, latent, labels, known, [.. Enumerable.Range(0, rows).Select(static row => row % 5)], 5);
    }

    private static Matrix Predict(NetworkModel model, TrainingTable table)
    {
        var predictions = new Matrix(table.Rows, table.Targets);
        float[] scratch = new float[model.ScratchLength];
        for (int row = 0; row < table.Rows; row++)
        {
            model.Predict(table.Features[row], scratch, predictions[row]);
        }

        return predictions;
    }
}
