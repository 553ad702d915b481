using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Evaluation;

public sealed class PoolEvaluationTests
{
    // The cheap model answers the first half, the dear one everything.
    private static readonly double[][] Quality = [[1, 1, 0, 0], [1, 1, 1, 1]];
    private static readonly double[][] Cost = [[1, 1, 1, 1], [10, 10, 10, 10]];

    [Test]
    public void PerfectPredictions_SaveTheDearModelWhereTheCheapOneIsAsGood()
    {
        PoolEvaluation evaluation = PoolEvaluation.Create(Quality, Cost, Outcomes());

        Assert.Multiple(() =>
        {
            Assert.That(evaluation.BestSingle, Is.EqualTo("dear"));
            Assert.That(evaluation.Quality, Is.EqualTo(1));
            Assert.That(evaluation.SavedAt0, Is.EqualTo(45).Within(1e-9));

            // The hull runs from (1, 0.5) to (5.5, 1) and stays there until 10.
            Assert.That(evaluation.Aiq, Is.EqualTo((0.75 * 4.5 + 1 * 4.5) / 9).Within(1e-9));
        });
    }

    [Test]
    public void PredictionsThatKnowNothing_SaveNothing()
    {
        double[][] flat = [[0.5, 0.5, 0.5, 0.5], [0.9, 0.9, 0.9, 0.9]];

        PoolEvaluation evaluation = PoolEvaluation.Create(flat, Cost, Outcomes());

        Assert.That(evaluation.SavedAt0, Is.Zero);
        Assert.That(evaluation.Aiq, Is.EqualTo(0.75).Within(1e-9), "the straight line between the two models, which drawing lots reaches too");
    }

    [Test]
    public void CheapestWithin_FindsTheCheapestPointThatLosesNoMore()
    {
        PoolEvaluation evaluation = PoolEvaluation.Create(Quality, Cost, Outcomes());
        PoolEvaluation inverted = PoolEvaluation.Create([[1, 1, 1, 1], [0, 0, 0, 0]], Cost, Outcomes());

        Assert.That(evaluation.CheapestWithin(0)?.CostUsd, Is.EqualTo(5.5).Within(1e-9));
        Assert.That(evaluation.CheapestWithin(50)?.CostUsd, Is.EqualTo(1).Within(1e-9));
        Assert.That(inverted.CheapestWithin(10), Is.Null, "the cheap model alone answers half");
        Assert.That(() => evaluation.CheapestWithin(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void PointsThatCostMoreAndGiveLess_AreUnderTheHull()
    {
        ImmutableArray<PoolPoint> points = [new(3, 1, 0.4), new(2, 2, 0.3), new(1, 3, 0.6), new(0, 4, 0.5)];

        List<PoolPoint> hull = CostHull.Create(points);

        Assert.That(hull.Select(static point => point.CostUsd), Is.EqualTo(new[] { 1.0, 3.0 }));
        Assert.That(CostHull.AverageHeight(points, 1, 4), Is.EqualTo((0.5 * 2 + 0.6) / 3).Within(1e-9));
    }

    [Test]
    public void ModelWithoutAnyCost_IsRefusedByName()
    {
        double[][] unknown = [[1, 1, 1, 1], [double.NaN, double.NaN, double.NaN, double.NaN]];

        Assert.That(() => new PoolOutcomes(["cheap", "dear"], Quality, unknown), Throws.ArgumentException.With.Message.Contains("'dear'"));
    }

    private static PoolOutcomes Outcomes() => new(["cheap", "dear"], Quality, Cost);
}
