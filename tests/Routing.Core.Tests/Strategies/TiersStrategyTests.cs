using LlmRouting.Core.Tests.Support;
using LlmRouting.Strategies;

namespace LlmRouting.Core.Tests.Strategies;

public sealed class TiersStrategyTests
{
    [TestCase(0.0, "fast")]
    [TestCase(0.3, "fast", Description = "Thresholds are inclusive.")]
    [TestCase(0.31, "balanced")]
    [TestCase(0.7, "balanced")]
    [TestCase(0.71, "frontier")]
    [TestCase(1.0, "frontier")]
    public async Task S2_Complexity_PrefersItsTierAsConfidentlyAsItWasClassified(double complexity, string tier)
    {
        StrategyVerdict verdict = await Evaluate(new FakeClassifier(complexity, confidence: 0.8));

        Assert.That((verdict.Kind, verdict.Target, verdict.Confidence), Is.EqualTo((StrategyVerdictKind.PreferTier, tier, 0.8)));
    }

    [TestCase(0.1, 0.29, "balanced")]
    [TestCase(0.1, 0.3, "fast")]
    [TestCase(0.5, 0.1, "frontier")]
    [TestCase(0.9, 0.1, "frontier", Description = "There is nothing above the top.")]
    public async Task S8_UnsureClassification_GoesOneTierUp(double complexity, double confidence, string tier)
    {
        StrategyVerdict verdict = await Evaluate(new FakeClassifier(complexity, confidence));

        Assert.That((verdict.Target, verdict.Confidence), Is.EqualTo((tier, confidence)));
    }

    [Test]
    public async Task S8_UnsureClassification_IsGivenAsTheReason()
    {
        StrategyVerdict verdict = await Evaluate(new FakeClassifier(0.1, confidence: 0.1));

        Assert.That(verdict.Reason, Is.EqualTo("the classification is unsure, so a more capable tier"));
    }

    [Test]
    public async Task Reason_NamesTheThreshold() =>
        Assert.That((await Evaluate(new FakeClassifier(0.2))).Reason, Is.EqualTo("complexity up to 0.3 belongs to fast"));

    [Test]
    public async Task NoClassifier_MeansAbstaining()
    {
        StrategyVerdict verdict = await Evaluate(classifier: null);

        Assert.That((verdict.Kind, verdict.Reason), Is.EqualTo((StrategyVerdictKind.Abstain, "nobody could classify the request")));
    }

    [Test]
    public async Task AsynchronousClassifier_IsAwaited()
    {
        TaskCompletionSource<Classification> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<StrategyVerdict> pending = Evaluate(new FakeClassifier("slow", (_, _) => new(answer.Task))).AsTask();

        answer.SetResult(Make.Classification(0.9));

        Assert.That((await pending).Target, Is.EqualTo("frontier"));
    }

    private static ValueTask<StrategyVerdict> Evaluate(FakeClassifier? classifier) =>
        new TiersStrategy(TierLadder.Default).EvaluateAsync(Make.Request(classifier: classifier), Make.Candidates(Make.Ladder()), CancellationToken.None);
}
