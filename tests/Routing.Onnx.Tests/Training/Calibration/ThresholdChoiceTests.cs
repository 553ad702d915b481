using LlmRouting.Onnx.Tests.Training.Evaluation;
using LlmRouting.Onnx.Training.Calibration;

namespace LlmRouting.Onnx.Tests.Training.Calibration;

public sealed class ThresholdChoiceTests
{
    [Test]
    [Description("S23 calibration to a target cheap share")]
    public void WeakShare_IsMetOnUnseenRequests([Values(0.0, 0.3, 0.76, 1.0)] double share)
    {
        (double[] scores, _) = Pairs.Draw(new Random(1), 5000);
        (double[] unseen, _) = Pairs.Draw(new Random(2), 5000);

        double threshold = ThresholdChoice.ForWeakShare(scores, share);

        Assert.That(unseen.Count(score => score < threshold) / 5000.0, Is.EqualTo(share).Within(0.03));
    }

    [Test]
    public void WeakShare_NeverSplitsEqualScores()
    {
        double threshold = ThresholdChoice.ForWeakShare([1, 2, 2, 2, 3], 0.4);

        Assert.That(threshold, Is.EqualTo(2), "the three that are alike go to the strong model");
    }

    [Test]
    public void Budget_BuysAsManyStrongCallsAsItCan()
    {
        double? threshold = ThresholdChoice.ForBudget([4, 3, 2, 1], Pairs.Four(), 5.5);

        Assert.That(threshold, Is.EqualTo(3), "two calls at 10 and two at 1 cost 5.5 each");
        Assert.That(ThresholdChoice.ForBudget([4, 3, 2, 1], Pairs.Four(), 0.5), Is.Null, "the weak model alone costs 1");
    }

    [Test]
    public void NeedPerUsd_SpendsTheMoneyWhereItBuysMost()
    {
        // Requests need the strong model alike; long ones cost ten times as much.
        double[] ones = [1, 1, 1, 1];
        NeedPerUsd order = NeedPerUsd.Fit([0, 1, 0, 1], [100, 100, 1000, 1000], new(ones, [1, 0, 1, 0], [0.1, 0.1, 1, 1], [0, 0, 0, 0]));

        Assert.That(order.Order(new(1), 100), Is.GreaterThan(9 * order.Order(new(1), 1000)));
        Assert.That(order.Order(new(1), 1000), Is.GreaterThan(order.Order(new(0), 100)));
        Assert.That(order.Gain(1), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void CostEstimate_FindsThePowerLaw_AndBearsRowsWithoutCosts()
    {
        CostEstimate fitted = CostEstimate.Fit([99, 999, 9999, 5], [0.1, 1, 10, double.NaN]);
        CostEstimate nothing = CostEstimate.Fit([10, 20], [double.NaN, 0]);

        Assert.That(fitted.Expected(499), Is.EqualTo(0.5).Within(1e-9));
        Assert.That(nothing.Expected(10), Is.EqualTo(nothing.Expected(1000)));
    }

    [Test]
    public void NeedPerUsd_IsTheSameWhenItWasKeptWithARouter()
    {
        var ones = new double[] { 1, 1, 1, 1 };
        NeedPerUsd order = NeedPerUsd.Fit([0, 1, 0, 1], [100, 100, 1000, 1000], new(ones, [1, 0, 1, 0], [0.1, 0.1, 1, 1], [0, 0, 0, 0]));
        Dictionary<string, double> thresholds = new() { ["promise"] = 0.5 };

        order.WriteTo(thresholds);
        NeedPerUsd? read = NeedPerUsd.ReadFrom(thresholds);

        Assert.That(read?.Order(new(0.3), 250), Is.EqualTo(order.Order(new(0.3), 250)));
        Assert.That(thresholds["promise"], Is.EqualTo(0.5));
        Assert.That(NeedPerUsd.ReadFrom(new Dictionary<string, double> { ["promise"] = 0.5 }), Is.Null);
    }

    [Test]
    public void NeedPerUsd_ByWords_DividesByWhatTheRouterExpects()
    {
        double[] ones = [1, 1, 1, 1];
        NeedPerUsd order = NeedPerUsd.FitByWords([0, 1, 0, 1], new(ones, [1, 0, 1, 0], ones, [0, 0, 0, 0]));
        Dictionary<string, double> thresholds = [];

        order.WriteTo(thresholds);
        NeedPerUsd read = NeedPerUsd.ReadFrom(thresholds)!; // it was written above

        Assert.That(order.Order(new(1, 0.5), length: 10), Is.EqualTo(2).Within(1e-5));
        Assert.That(order.Order(new(1, 0.5), length: 1000), Is.EqualTo(order.Order(new(1, 0.5), length: 10)), "the length says nothing more");
        Assert.That(read.IsByWords);
        Assert.That(read.Order(new(0.3, 2), 10), Is.EqualTo(order.Order(new(0.3, 2), 10)));
        Assert.That(read.PromiseName, Is.Not.EqualTo(NeedPerUsd.PromiseThreshold), "a version that knows costs by length alone must not take it for its own");
        Assert.That(thresholds, Has.Count.EqualTo(2));
    }

    [Test]
    public void NeedPerUsd_OfWhichAPartIsMissing_IsNotRead()
    {
        double[] ones = [1, 1, 1, 1];
        Dictionary<string, double> thresholds = [];
        NeedPerUsd.Fit([0, 1, 0, 1], [100, 100, 1000, 1000], new(ones, [1, 0, 1, 0], [0.1, 0.1, 1, 1], [0, 0, 0, 0])).WriteTo(thresholds);

        Assert.That(thresholds.Keys, Is.All.Matches<string>(name => NeedPerUsd.ReadFrom(thresholds.Where(pair => pair.Key != name).ToDictionary()) is null));
        Assert.That(NeedPerUsd.ReadFrom(thresholds), Is.Not.Null);
    }

    [Test]
    public void NeedPerUsd_JoinsTheNeedAndTheChances()
    {
        Assert.That(NeedPerUsd.Join([0.4, 0.9, 0.3]), Is.EqualTo(0.5).Within(1e-12));
        Assert.That(NeedPerUsd.Join([0.4]), Is.EqualTo(0.4));
        Assert.That(() => NeedPerUsd.Join([]), Throws.ArgumentException);
    }
}
