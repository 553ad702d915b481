using LlmRouting.Onnx.Tests.Training.Evaluation;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Calibration;

public sealed class PromiseCalibratorTests
{
    private const int Trials = 400;

    [Test]
    [Description("S23 a promised loss is kept in at least 95% of cases, measured against the true loss")]
    public void PromiseForTheLongRun_IsKeptByTheTrueLoss(
        [Values(60, 150, 340, 550, 2000)] int rows, [Values(1.0, 2.0, 5.0)] double promised, [Values(0.04, 0.12, 0.2)] double gap)
    {
        int kept = 0;
        for (int seed = 0; seed < Trials; seed++)
        {
            (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(seed), rows, gap);
            PromisedThreshold chosen = PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = promised });
            kept += Pairs.TrueLossPercent(chosen.Threshold, gap) <= promised ? 1 : 0;
        }

        Assert.That(kept, Is.GreaterThanOrEqualTo(0.95 * Trials));
    }

    [Test]
    [Description("S23 a promised loss is kept in at least 95% of cases, measured on as many requests as were promised")]
    public void PromiseForSomeRequests_IsKeptOnThatManyRequests(
        [Values(340, 2000)] int rows, [Values(300, 1000)] int requests, [Values(2.0, 5.0)] double promised)
    {
        int kept = 0;
        for (int seed = 0; seed < Trials; seed++)
        {
            var random = new Random(seed);
            (double[] scores, PairOutcomes outcomes) = Pairs.Draw(random, rows);
            PromisedThreshold chosen = PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = promised, Requests = requests });
            (double[] future, PairOutcomes answers) = Pairs.Draw(random, requests);
            kept += Realised(chosen.Threshold, future, answers) <= promised ? 1 : 0;
        }

        Assert.That(kept, Is.GreaterThanOrEqualTo(0.95 * Trials));
    }

    [Test]
    [Description("S23 what the bound is for: the threshold that looks best on the rows breaks its promise")]
    public void ThresholdThatLooksBestOnTheRows_BreaksItsPromiseFarMoreOften()
    {
        int kept = 0;
        for (int seed = 0; seed < Trials; seed++)
        {
            (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(seed), 340);
            double target = outcomes.MeanStrongQuality * 0.98;
            double naive = CostQualityCurve.Create(scores, outcomes).CheapestAt(target)?.Threshold ?? double.NegativeInfinity;
            kept += Pairs.TrueLossPercent(naive) <= 2 ? 1 : 0;
        }

        Assert.That(kept, Is.LessThan(0.75 * Trials));
    }

    [Test]
    public void ManyRows_SaveNearlyWhatThePromiseAllows()
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(1), 50_000);

        PromisedThreshold chosen = PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = 2 });

        Assert.That(Pairs.TrueLossPercent(chosen.Threshold), Is.InRange(1.4, 2.0));
        Assert.That(chosen.LossBoundPercent, Is.InRange(chosen.LossPercent, 2.0));
        Assert.That(chosen.SavedPercent, Is.GreaterThan(25));
    }

    [Test]
    [Description("S23 with too few labels it says so and sends more to the strong model")]
    public void TooFewRows_SendEverythingToTheStrongModel_AndSaySo()
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(1), 40);

        PromisedThreshold chosen = PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = 2 });

        Assert.Multiple(() =>
        {
            Assert.That(chosen.UsesWeak, Is.False);
            Assert.That(chosen.Threshold, Is.EqualTo(double.NegativeInfinity));
            Assert.That(chosen.RowsNeeded, Is.GreaterThan(100));
            Assert.That(chosen.Note, Does.Contain("40 rows are too few").And.Contain(chosen.RowsNeeded.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        });
    }

    [Test]
    public void RowsWithoutAnyFailure_AreNoProofWhenTheyAreFew()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, 60)];
        double[] scores = [.. Enumerable.Range(0, 60).Select(static i => (double)i)];

        PromisedThreshold chosen = PromiseCalibrator.Choose(scores, new PairOutcomes(ones, ones, ones, ones), new() { MaxLossPercent = 1 });

        Assert.That(chosen.UsesWeak, Is.False, "the rule of three: 60 rows without a failure allow for 5%");
    }

    [Test]
    public void WeakModelThatIsAsGood_GetsEverything()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, 2000)];
        double[] scores = [.. Enumerable.Range(0, 2000).Select(static i => (double)i)];

        PromisedThreshold chosen = PromiseCalibrator.Choose(scores, new PairOutcomes(ones, ones, ones, ones), new() { MaxLossPercent = 1 });

        Assert.That(chosen.WeakShare, Is.EqualTo(1));
        Assert.That(chosen.Threshold, Is.EqualTo(double.PositiveInfinity));
    }

    [Test]
    public void ScoresThatAreAllTheSame_GoOneWayTogether()
    {
        (_, PairOutcomes outcomes) = Pairs.Draw(new Random(1), 3000);

        PromisedThreshold chosen = PromiseCalibrator.Choose(new double[3000], outcomes, new() { MaxLossPercent = 2 });

        Assert.That(chosen.UsesWeak, Is.False, "a threshold cannot tell them apart, and all of them would lose too much");
    }

    [Test]
    public void Threshold_SeparatesExactlyTheRowsThatWereCounted()
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(2), 3000);

        PromisedThreshold chosen = PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = 3 });

        Assert.That(scores.Count(score => score < chosen.Threshold) / 3000.0, Is.EqualTo(chosen.WeakShare).Within(1e-12));
        Assert.That(Realised(chosen.Threshold, scores, outcomes), Is.EqualTo(chosen.LossPercent).Within(1e-9));
    }

    [Test]
    public void PromiseOutOfRange_IsRefused([Values(0, -1, 101, double.NaN)] double percent)
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(2), 10);

        Assert.That(() => PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = percent }), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static double Realised(double threshold, double[] scores, PairOutcomes outcomes)
    {
        double lost = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            lost += scores[i] < threshold ? outcomes.StrongQuality[i] - outcomes.WeakQuality[i] : 0;
        }

        return 100 * lost / (outcomes.MeanStrongQuality * scores.Length);
    }
}
