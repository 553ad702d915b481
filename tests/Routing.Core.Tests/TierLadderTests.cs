namespace LlmRouting.Core.Tests;

public sealed class TierLadderTests
{
    [TestCase(0, 0)]
    [TestCase(0.3, 0, Description = "Thresholds are inclusive.")]
    [TestCase(0.30001, 1)]
    [TestCase(0.7, 1)]
    [TestCase(0.70001, 2)]
    [TestCase(1, 2)]
    public void S2_IndexFor_IncludesTheThreshold(double complexity, int expected) =>
        Assert.That(TierLadder.Default.IndexFor(complexity), Is.EqualTo(expected));

    [Test]
    public void S1_Default_IsFastBalancedFrontier() =>
        Assert.That(TierLadder.Default.Tiers, Is.EqualTo(new Tier[] { new("fast", 0.3), new("balanced", 0.7), new("frontier", 1.0) }));

    [Test]
    public void LastTier_ServesWhateverIsHarder() =>
        Assert.That(new TierLadder([new("a", 0.2), new("b", 0.5)]).IndexFor(0.9), Is.EqualTo(1));

    [TestCase("FAST", 0)]
    [TestCase("frontier", 2)]
    [TestCase("turbo", -1)]
    [TestCase(null, -1)]
    public void IndexOf_FindsNamesInAnyCase(string? name, int expected) => Assert.That(TierLadder.Default.IndexOf(name), Is.EqualTo(expected));

    [Test]
    public void Tiers_AreOrderedByTheirThresholds() =>
        Assert.That(new TierLadder([new("b", 0.9), new("a", 0.1)]).Tiers.Select(static tier => tier.Name), Is.EqualTo(["a", "b"]));

    [Test]
    public void Mistakes_AreRefused()
    {
        Assert.That(() => new TierLadder(null!), Throws.ArgumentNullException);
        Assert.That(() => new TierLadder([]), Throws.ArgumentException.With.Message.Contains("at least one tier"));
        Assert.That(() => new TierLadder([new("a", 1.5)]), Throws.ArgumentException.With.Message.Contains("Tier 'a' ends at complexity 1.5"));
        Assert.That(() => new TierLadder([new("a", double.NaN)]), Throws.ArgumentException.With.Message.Contains("Tier 'a' ends at complexity NaN"));
        Assert.That(() => new TierLadder([new("a", 0.1), new("A", 0.5)]), Throws.ArgumentException.With.Message.Contains("Tier 'A' is given twice"));
        Assert.That(() => new TierLadder([new("a", 0.5), new("b", 0.5)]), Throws.ArgumentException.With.Message.Contains("'a' and 'b' end at the same complexity"));
    }
}
