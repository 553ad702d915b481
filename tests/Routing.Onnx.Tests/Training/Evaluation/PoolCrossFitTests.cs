using System.Collections.Frozen;
using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Evaluation;

[Description("S23 a pool is calibrated on rows that their router did not see")]
public sealed class PoolCrossFitTests
{
    private static readonly Lazy<TrainedRouter> Reversed = new(static () =>
        new RouterTrainer(new TrainerOptions { Target = TrainingTarget.Pool(["weak", "strong"]), Threads = 1, Dimensions = 16 }).Train(SyntheticRequests.Make(60)));

    [Test]
    public void Run_TrainsNoRouterOnTheRowsThatItPredicts_AndEveryRouterOnThoseThatItCannot()
    {
        LabelledRequest[] whole = Rows(90, 1);
        LabelledRequest[] partial = [.. Rows(10, 2).Select(static row => row with { Scores = new Dictionary<string, double> { ["weak"] = 1 }.ToFrozenDictionary() })];
        List<HashSet<string>> taught = [];

        var crossFit = PoolCrossFit.Run([.. whole, .. partial], ["strong", "weak"], 3, 1, rows =>
        {
            taught.Add([.. rows.Select(static row => row.Text!)]); // made with a text
            return Learnt.Pool.Value;
        });

        Assert.That(crossFit.Outcomes.Count, Is.EqualTo(90));
        Assert.That(taught, Has.Count.EqualTo(3));
        Assert.That(whole.Select(row => taught.Count(texts => texts.Contains(row.Text!))), Is.All.EqualTo(2), "left out by one of three");
        Assert.That(partial.Select(row => taught.Count(texts => texts.Contains(row.Text!))), Is.All.EqualTo(3));
    }

    [Test]
    public void Choose_SavesAtTheQualityOfTheBestModelOrNearly()
    {
        var crossFit = PoolCrossFit.Run(Rows(400, 1), ["strong", "weak"], 3, 1, static _ => Learnt.Pool.Value);

        PoolChoice choice = crossFit.Choose(lossPercent: 5) ?? throw new InvalidOperationException("No lambda stays within the loss.");

        PoolEvaluation measured = crossFit.Evaluate(choice);
        PoolPoint at = measured.Points.Single(point => point.QualityPerUsd.Equals(choice.QualityPerUsd));
        Assert.That(measured.BestSingle, Is.EqualTo("strong"));
        Assert.That(at.Quality, Is.GreaterThan(0.93 * measured.BestSingleQuality));
        Assert.That(at.CostUsd, Is.LessThan(0.8 * crossFit.Outcomes.MeanCostUsd[0]));
    }

    [Test]
    public void BadInput_IsRefusedWithWhatIsWrong()
    {
        LabelledRequest[] rows = Rows(30, 1);
        var other = PoolCrossFit.Run(rows, ["weak", "strong"], 2, 1, static _ => Reversed.Value);
        var crossFit = PoolCrossFit.Run(rows, ["strong", "weak"], 2, 1, static _ => Learnt.Pool.Value);

        Assert.That(() => Run(["strong"], 3), Throws.ArgumentException.With.Message.Contains("two models"));
        Assert.That(() => Run(["strong", "weak"], 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Run(["strong", "medium"], 3), Throws.InstanceOf<LabelledDataException>().With.Message.Contains("'medium'").And.Message.Contains("'weak'"));
        Assert.That(() => PoolCrossFit.Run(rows[..2], ["strong", "weak"], 3, 1, static _ => Learnt.Pool.Value), Throws.InstanceOf<LabelledDataException>().With.Message.Contains("at least 3"));
        Assert.That(() => Run(["weak", "strong"], 3), Throws.ArgumentException.With.Message.Contains("pool of the models"), "the router's order is another");
        Assert.That(() => crossFit.Evaluate(other.Choose(100)!), Throws.ArgumentException.With.Message.Contains("other models")); // every lambda loses less than all

        void Run(string[] models, int folds) => PoolCrossFit.Run(rows, [.. models], folds, 1, static _ => Learnt.Pool.Value);
    }

    private static LabelledRequest[] Rows(int count, int seed) =>
    [
        .. SyntheticRequests.Make(count, seed).Select(static request => request with
        {
            Costs = new Dictionary<string, double?> { ["strong"] = 1e-5 * request.Text!.Length, ["weak"] = 1e-6 * request.Text!.Length }.ToFrozenDictionary(),
        }),
    ];
}
