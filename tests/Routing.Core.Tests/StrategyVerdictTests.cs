namespace LlmRouting.Core.Tests;

public sealed class StrategyVerdictTests
{
    [Test]
    public void Default_Abstains() =>
        Assert.That((default(StrategyVerdict).Kind, default(StrategyVerdict).Reason), Is.EqualTo((StrategyVerdictKind.Abstain, "no verdict was given")));

    [TestCase(-0.01)]
    [TestCase(1.01)]
    [TestCase(double.NaN)]
    public void Confidence_OutOfRange_IsRefused(double confidence)
    {
        Assert.That(() => StrategyVerdict.Prefer("x", confidence, "r"), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => StrategyVerdict.PreferTier("x", confidence, "r"), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => StrategyVerdict.Rank(["x"], confidence, "r"), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void EmptyTargets_AreRefused_AndAnEmptyRankingAbstains()
    {
        Assert.That(() => StrategyVerdict.Prefer(" ", 1, "r"), Throws.ArgumentException);
        Assert.That(() => StrategyVerdict.PreferTier("", 1, "r"), Throws.ArgumentException);
        Assert.That(StrategyVerdict.Rank([], 1, "nobody").Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
        Assert.That(StrategyVerdict.Rank(default, 1, "nobody").Reason, Is.EqualTo("nobody"));
    }
}
