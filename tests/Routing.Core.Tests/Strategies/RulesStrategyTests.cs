using LlmRouting.Core.Tests.Support;
using LlmRouting.Models;
using LlmRouting.Strategies;

namespace LlmRouting.Core.Tests.Strategies;

public sealed class RulesStrategyTests
{
    [Test]
    public async Task S4_FirstRuleThatHolds_Decides()
    {
        StrategyVerdict verdict = await Evaluate(
            Make.Request("contract"),
            new RoutingRule { When = new() { Keywords = ["poem"] }, Prefer = "small" },
            new RoutingRule { When = new() { Keywords = ["contract"] }, Prefer = "large", Confidence = 0.8 },
            new RoutingRule { Prefer = "medium" });

        Assert.That((verdict.Kind, verdict.Target, verdict.Confidence, verdict.Reason), Is.EqualTo((StrategyVerdictKind.PreferModel, "large", 0.8, "rule 2")));
    }

    [Test]
    public async Task S4_Rule_CanPreferATierAndBearAName()
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(), new RoutingRule { Name = "all else", PreferTier = "balanced" });

        Assert.That(
            (verdict.Kind, verdict.Target, verdict.Confidence, verdict.Reason),
            Is.EqualTo((StrategyVerdictKind.PreferTier, "balanced", 0.95, "all else")));
    }

    [Test]
    public async Task S4_Rule_WhoseModelIsNoCandidate_IsPassedOver()
    {
        StrategyVerdict verdict = await Evaluate(Make.Request(), new RoutingRule { Prefer = "absent" }, new RoutingRule { Prefer = "SMALL" });

        Assert.That((verdict.Target, verdict.Reason), Is.EqualTo(("small", "rule 2")));
    }

    [Test]
    public async Task S4_Rule_CanPreferAFamilyOrAPinnedVersion()
    {
        ModelRegistry registry = new([Make.Model(Make.Profile("m1") with { Family = "vendor", Version = "1" }), Make.Model(Make.Profile("m2") with { Family = "vendor", Version = "2" })]);
        ModelSnapshot models = registry.Current;
        CandidateSet candidates = new(models.ModelArray, 2, new RequestFeatures(), models);

        StrategyVerdict family = await new RulesStrategy([new() { Prefer = "vendor" }]).EvaluateAsync(Make.Request(), candidates, default);
        StrategyVerdict pinned = await new RulesStrategy([new() { Prefer = "vendor@1" }]).EvaluateAsync(Make.Request(), candidates, default);

        Assert.That((family.Target, pinned.Target), Is.EqualTo(("m2", "m1")));
    }

    [Test]
    public async Task S4_NoRule_Abstains()
    {
        StrategyVerdict empty = await Evaluate(Make.Request());
        StrategyVerdict none = await Evaluate(Make.Request(), new RoutingRule { When = new() { UserTier = "premium" }, Prefer = "small" });

        Assert.That((empty.Kind, empty.Reason), Is.EqualTo((StrategyVerdictKind.Abstain, "there are no rules")));
        Assert.That((none.Kind, none.Reason), Is.EqualTo((StrategyVerdictKind.Abstain, "no rule holds")));
    }

    [TestCase("free", 0, Description = "A cheaper condition failed first.")]
    [TestCase("premium", 1)]
    public async Task S4_Request_IsClassifiedOnlyWhenARuleNeedsIt(string userTier, int expectedCalls)
    {
        FakeClassifier classifier = new(0.9, category: "code");
        RoutingRequest request = Make.Request(hints: hints => hints.UserTier = userTier, classifier: classifier);

        StrategyVerdict verdict = await Evaluate(
            request,
            new RoutingRule { When = new() { UserTier = "premium", Category = "code" }, Prefer = "large" },
            new RoutingRule { Prefer = "small" });

        Assert.That(classifier.Calls, Is.EqualTo(expectedCalls));
        Assert.That(verdict.Target, Is.EqualTo(expectedCalls == 0 ? "small" : "large"));
    }

    [Test]
    public async Task S4_Rule_AfterTheDecidingOne_ClassifiesNothing()
    {
        FakeClassifier classifier = new(0.9);

        await Evaluate(Make.Request(classifier: classifier), new RoutingRule { Prefer = "small" }, new RoutingRule { When = new() { MinComplexity = 0.5 }, Prefer = "large" });

        Assert.That(classifier.Calls, Is.Zero);
    }

    [Test]
    public async Task R24_Classification_OfSeveralRules_IsAskedOnce()
    {
        FakeClassifier classifier = new(0.2);

        StrategyVerdict verdict = await Evaluate(
            Make.Request(classifier: classifier),
            new RoutingRule { When = new() { MinComplexity = 0.5 }, Prefer = "large" },
            new RoutingRule { When = new() { MaxComplexity = 0.5 }, Prefer = "small" });

        Assert.That((classifier.Calls, verdict.Target), Is.EqualTo((1, "small")));
    }

    private static ValueTask<StrategyVerdict> Evaluate(RoutingRequest request, params RoutingRule[] rules) =>
        new RulesStrategy(rules).EvaluateAsync(request, Make.Candidates(Make.Ladder()), CancellationToken.None);
}
