using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Evaluation;

public sealed class PairEvaluationTests
{
    [Test]
    public void Intervals_AreTheSameForASeed_AndHoldTheValue()
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(3), 500);

        PairEvaluation first = PairEvaluation.Create(scores, outcomes, seed: 7);
        PairEvaluation second = PairEvaluation.Create(scores, outcomes, seed: 7);
        PairEvaluation other = PairEvaluation.Create(scores, outcomes, seed: 8);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other.Apgr.Low, Is.Not.EqualTo(first.Apgr.Low));
        Assert.That(first.Apgr.Value, Is.InRange(first.Apgr.Low, first.Apgr.High));
    }

    [Test]
    public void Intervals_HoldTheTrueValueAboutNinetyFiveTimesInAHundred()
    {
        (double[] many, PairOutcomes all) = Pairs.Draw(new Random(11), 200_000);
        double truth = PairEvaluation.Create(many, all, resamples: 0).Metrics.Apgr;

        int held = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(1000 + seed), 400);
            Interval apgr = PairEvaluation.Create(scores, outcomes, seed).Apgr;
            held += apgr.Low <= truth && truth <= apgr.High ? 1 : 0;
        }

        Assert.That(held, Is.InRange(87, 100));
    }

    [Test]
    public void Intervals_ShrinkWithMoreRows()
    {
        (double[] few, PairOutcomes fewOutcomes) = Pairs.Draw(new Random(5), 200);
        (double[] many, PairOutcomes manyOutcomes) = Pairs.Draw(new Random(5), 5000);

        Interval wide = PairEvaluation.Create(few, fewOutcomes).Apgr;
        Interval narrow = PairEvaluation.Create(many, manyOutcomes).Apgr;

        Assert.That(narrow.High - narrow.Low, Is.LessThan((wide.High - wide.Low) / 2));
    }
}
