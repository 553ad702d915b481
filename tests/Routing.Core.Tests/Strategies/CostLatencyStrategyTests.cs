using LlmRouting.Core.Tests.Support;
using LlmRouting.Strategies;

namespace LlmRouting.Core.Tests.Strategies;

public sealed class CostLatencyStrategyTests
{
    private static readonly RoutableModel Cheap = Make.Model("cheap", "fast", 0.5, 1, 1, TimeSpan.FromSeconds(10));
    private static readonly RoutableModel Quick = Make.Model("quick", "fast", 0.5, 4, 4, TimeSpan.FromSeconds(1));
    private static readonly RoutableModel Both = Make.Model("both", "fast", 0.5, 2, 2, TimeSpan.FromSeconds(3));
    private static readonly RoutableModel Unknown = Make.Model("unknown", "fast");

    private static FakeClassifier Easy => new(complexity: 0.1, confidence: 0.9);

    [TestCase(RequestPriority.Interactive, "both,cheap,quick")]
    [TestCase(RequestPriority.Background, "cheap,both,quick", Description = "Nobody waits, so price counts.")]
    public async Task S9_Priority_ShiftsTheWeightBetweenPriceAndSpeed(RequestPriority priority, string expected)
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(hints: hints => hints.Priority = priority, classifier: Easy), settings: null, Cheap, Quick, Both);

        Assert.That(string.Join(',', verdict.Ranking), Is.EqualTo(expected));
    }

    [TestCase(1, 0, "cheap")]
    [TestCase(0, 1, "quick")]
    [TestCase(10, 0, "cheap", Description = "Only the proportion counts.")]
    public async Task S9_Weights_AreTheHosts(double cost, double latency, string winner)
    {
        CostLatencySettings settings = new() { InteractiveCostWeight = cost, InteractiveLatencyWeight = latency };

        StrategyVerdict verdict = await Evaluate(Make.Request(classifier: Easy), settings, Quick, Both, Cheap);

        Assert.That(verdict.Ranking[0], Is.EqualTo(winner));
    }

    [Test]
    public async Task R15_UnknownPricesAndLatencies_CountAsTheWorst()
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(classifier: Easy), settings: null, Unknown, Quick, Cheap, Both);

        Assert.That(verdict.Ranking[^1], Is.EqualTo("unknown"));
    }

    [Test]
    public async Task UnknownFactsOfAll_RankByIdSoThatTheOrderIsStable()
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(classifier: Easy), settings: null, Make.Model("b"), Make.Model("c"), Make.Model("a"));

        Assert.That(verdict.Ranking, Is.EqualTo(["a", "b", "c"]));
    }

    [Test]
    public async Task R22_MeasuredLatency_ReplacesTheTypicalOne()
    {
        RoutableModel claimed = Make.Model("claimed", "fast", 0.5, 1, 1, TimeSpan.FromSeconds(1));
        RoutableModel measured = Make.Model("measured", "fast", 0.5, 1, 1, TimeSpan.FromSeconds(5));
        measured.Endpoints[0].RecordLatency(TimeSpan.FromSeconds(0.5), null, TimeProvider.System);

        StrategyVerdict verdict = await Evaluate(Make.Request(classifier: Easy), settings: null, claimed, measured);

        Assert.That(verdict.Ranking, Is.EqualTo(["measured", "claimed"]));
    }

    [TestCase(0.2, 1.0, "small,medium,large")]
    [TestCase(0.5, 1.0, "medium,large")]
    [TestCase(0.9, 1.0, "large")]
    [TestCase(0.2, 0.8, "small,medium,large", Description = "0.2 + 0.1 is fast still.")]
    [TestCase(0.25, 0.8, "medium,large", Description = "Half of the doubt is added: 0.25 + 0.1.")]
    [TestCase(0.2, 0.0, "medium,large", Description = "S8: a wild guess asks for more.")]
    [TestCase(0.5, 0.0, "large", Description = "S8: nothing to go by asks for the most capable.")]
    public async Task Models_BelowTheTierThatIsNeeded_AreLeftOut(double complexity, double confidence, string expected)
    {
        StrategyVerdict verdict = await Evaluate(
            Make.Request(hints: static hints => hints.Priority = RequestPriority.Background, classifier: new FakeClassifier(complexity, confidence)),
            settings: null,
            Make.Ladder());

        Assert.That(string.Join(',', verdict.Ranking), Is.EqualTo(expected));
    }

    [TestCase(0.9, 0.9)]
    [TestCase(0.2, 0.5)]
    public async Task Confidence_IsTheClassificationsButHalfAtLeast(double confidence, double expected)
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(classifier: new FakeClassifier(0.1, confidence)), settings: null, Make.Ladder());

        Assert.That(verdict.Confidence, Is.EqualTo(expected));
    }

    [Test]
    public async Task NoModelOfANeededTier_MeansAbstaining()
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(classifier: new FakeClassifier(0.9, 1)), settings: null, Cheap, Quick);

        Assert.That(verdict.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
    }

    [Test]
    public async Task ModelWithoutATier_IsNeverLeftOut()
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(classifier: new FakeClassifier(0.9, 1)), settings: null, Cheap, Make.Model("free"));

        Assert.That(verdict.Ranking, Is.EqualTo(["free"]));
    }

    private static ValueTask<StrategyVerdict> Evaluate(RoutingRequest request, CostLatencySettings? settings, params RoutableModel[] models) =>
        new CostLatencyStrategy(TierLadder.Default, settings).EvaluateAsync(request, Make.Candidates(models), CancellationToken.None);
}
