using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Evaluation;

public sealed class PairMetricsTests
{
    [Test]
    public void RandomRouter_RecoversHalfTheGap_AndSavesWhatItGivesUp()
    {
        PairOutcomes outcomes = Pairs.Four();

        PairMetrics metrics = Measure(Baselines.Random(4), outcomes);

        Assert.Multiple(() =>
        {
            Assert.That(metrics.Apgr, Is.EqualTo(0.5).Within(1e-9));
            Assert.That(metrics.Cpt50, Is.EqualTo(50).Within(1e-9));
            Assert.That(metrics.Cpt80, Is.EqualTo(80).Within(1e-9));
            Assert.That(metrics.SavedAt0, Is.EqualTo(0).Within(1e-6));

            // 5% of 0.75 is 0.0375 of a gap of 0.5: 7.5% of calls to the weak model, each of which saves nine tenths.
            Assert.That(metrics.SavedAt5, Is.EqualTo(7.5 * 0.9).Within(1e-6));
        });
    }

    [Test]
    public void PerfectOrder_MatchesTheFiguresWorkedOutByHand()
    {
        PairMetrics metrics = Measure([4, 3, 2, 1], Pairs.Four());

        // PGR at 0, 10, .. 50% is 0, 0.2, .. 1 and stays 1: trapezoids give 0.05 x (0 + 2 x (0.2 + 0.4 + 0.6 + 0.8 + 1 + 4 x 1) + 1).
        Assert.Multiple(() =>
        {
            Assert.That(metrics.Apgr, Is.EqualTo(0.75).Within(1e-9));
            Assert.That(metrics.Cpt50, Is.EqualTo(25).Within(1e-9));
            Assert.That(metrics.Cpt80, Is.EqualTo(40).Within(1e-9));
            Assert.That(metrics.SavedAt0, Is.EqualTo(45).Within(1e-6), "two of four calls, each 9 of 10 cheaper");
        });
    }

    [Test]
    public void ReversedOrder_IsTheMirrorImage()
    {
        PairMetrics metrics = Measure([1, 2, 3, 4], Pairs.Four());

        Assert.That(metrics.Apgr, Is.EqualTo(0.25).Within(1e-9));
        Assert.That(metrics.Cpt50, Is.EqualTo(75).Within(1e-9));
    }

    [Test]
    public void Oracle_IsBeatenByNoOrder([Range(1, 5)] int seed)
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(seed), 400);

        PairMetrics oracle = Measure(Baselines.Oracle(outcomes), outcomes);
        PairMetrics router = Measure(scores, outcomes);

        Assert.That(oracle.Apgr, Is.GreaterThan(router.Apgr));
        Assert.That(router.Apgr, Is.GreaterThan(0.5), "the scores do tell something");
    }

    [Test]
    public void StrongModelThatIsNotBetter_LeavesGapNumbersUndefined()
    {
        PairMetrics metrics = Measure([1, 2], new PairOutcomes([1, 0], [1, 1], [2, 2], [1, 1]));

        Assert.That(metrics.Apgr, Is.NaN);
        Assert.That(metrics.Cpt50, Is.NaN);
        Assert.That(metrics.SavedAt0, Is.EqualTo(50).Within(1e-9), "the weak model alone loses nothing");
    }

    [Test]
    public void TiedScores_DoNotDependOnTheOrderOfRows()
    {
        PairOutcomes outcomes = new([1, 0, 1, 1], [0, 0, 1, 0], [5, 6, 7, 8], [1, 1, 1, 1]);
        int[] reversed = [3, 2, 1, 0];

        PairMetrics forwards = Measure([1, 1, 0, 0], outcomes);
        PairMetrics backwards = Measure([0, 0, 1, 1], outcomes.Subset(reversed));

        Assert.That(backwards, Is.EqualTo(forwards));
    }

    [Test]
    public void UnknownCosts_CountAsTheModelsMean_AndNoCostsGiveNoSaving()
    {
        PairOutcomes some = new([1, 1], [1, 0], [4, double.NaN], [1, 1]);
        PairOutcomes none = new([1, 1], [1, 0], [double.NaN, double.NaN], [1, 1]);

        Assert.That(Measure([0, 1], some).SavedAt0, Is.EqualTo(37.5).Within(1e-6));
        Assert.That(Measure([0, 1], none).SavedAt0, Is.NaN);
        Assert.That(none.HasCosts, Is.False);
    }

    [Test]
    public void ScoreThatIsNaN_GoesToTheStrongModelFirst()
    {
        CostQualityCurve curve = CostQualityCurve.Create([1, double.NaN, 2], new PairOutcomes([0, 1, 0], [0, 0, 0], [2, 2, 2], [1, 1, 1]));

        Assert.That(curve.QualityAt(1.0 / 3), Is.EqualTo(1.0 / 3).Within(1e-9));
    }

    [Test]
    public void BadRows_AreRefusedByName()
    {
        Assert.That(() => new PairOutcomes([1, 2], [0, 0], [1, 1], [1, 1]), Throws.ArgumentException.With.Message.Contains("Row 1").And.Message.Contains("between 0 and 1"));
        Assert.That(() => new PairOutcomes([], [], [], []), Throws.ArgumentException.With.Message.Contains("no rows"));
        Assert.That(() => Measure([1], Pairs.Four()), Throws.ArgumentException.With.Message.Contains("1 scores for 4 requests"));
    }

    private static PairMetrics Measure(double[] scores, PairOutcomes outcomes) => PairMetrics.From(CostQualityCurve.Create(scores, outcomes));
}
