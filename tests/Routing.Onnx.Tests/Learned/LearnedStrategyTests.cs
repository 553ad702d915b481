using System.Collections.Frozen;
using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Tests.Learned;

[Description("S23 a router trained on own traffic decides")]
public sealed class LearnedStrategyTests
{
    private static readonly CandidateSet Both = Learnt.Candidates(("strong", 10m), ("weak", 1m));

    [Test]
    public async Task Pair_SendsWhatNeedsItToTheStrongModel()
    {
        var strategy = new LearnedStrategy(Learnt.With(Learnt.Pair.Value, ("promise", 0.3)));

        StrategyVerdict hard = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);
        StrategyVerdict easy = await strategy.EvaluateAsync(Learnt.Ask(Learnt.EasyText), Both, CancellationToken.None);

        Assert.That(hard.Target, Is.EqualTo("strong"));
        Assert.That(easy.Target, Is.EqualTo("weak"));
        Assert.That(hard.Confidence, Is.EqualTo(0.9));
    }

    [TestCase(double.NegativeInfinity, "strong")]
    [TestCase(double.PositiveInfinity, "weak")]
    public async Task Pair_HonoursAThresholdThatSendsEverythingOneWay(double threshold, string expected)
    {
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new() { Threshold = threshold });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);

        Assert.That(verdict.Target, Is.EqualTo(expected));
    }

    [Test]
    public async Task Pair_AtTheThreshold_GoesToTheStrongModel()
    {
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new() { Threshold = Learnt.Pair.Value.Score(Learnt.EasyText) });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.EasyText), Both, CancellationToken.None);

        Assert.That(verdict.Target, Is.EqualTo("strong"));
    }

    [Test]
    public async Task Pair_MeansRegisteredModelsByOtherNames()
    {
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new()
        {
            Threshold = double.PositiveInfinity,
            Models = new Dictionary<string, string> { ["weak"] = "small" }.ToFrozenDictionary(),
        });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.EasyText), Learnt.Candidates(("strong", 10m), ("small", 1m)), CancellationToken.None);

        Assert.That(strategy.Models, Is.EqualTo(new[] { "strong", "small" }));
        Assert.That(verdict.Target, Is.EqualTo("small"));
    }

    [Test]
    public async Task Pair_AbstainsWhenTheChosenModelIsNoCandidate()
    {
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new() { Threshold = double.PositiveInfinity });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.EasyText), Learnt.Candidates(("strong", 10m)), CancellationToken.None);

        Assert.That(verdict.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
    }

    [TestCase("")]
    [TestCase("\u4eca\u5929\u5929\u6c14\u600e\u4e48\u6837\uff0c\u6211\u60f3\u77e5\u9053\u660e\u5929\u4f1a\u4e0d\u4f1a\u4e0b\u96e8")]
    public async Task Pair_AbstainsWhereItKnowsNothing(string text)
    {
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new() { Threshold = 0.3 });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(text), Both, CancellationToken.None);

        Assert.That(verdict.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
    }

    [Test]
    public async Task Pool_TakesTheCheapestThatIsGoodEnough()
    {
        var strategy = new LearnedStrategy(Learnt.Pool.Value, new() { Threshold = 0.7 });

        StrategyVerdict easy = await strategy.EvaluateAsync(Learnt.Ask(Learnt.EasyText), Both, CancellationToken.None);
        StrategyVerdict hard = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);
        StrategyVerdict unpriced = await strategy.EvaluateAsync(Learnt.Ask(Learnt.EasyText), Learnt.Candidates(("strong", 10m), ("weak", null)), CancellationToken.None);

        Assert.That(easy.Target, Is.EqualTo("weak"));
        Assert.That(hard.Target, Is.EqualTo("strong"));
        Assert.That(unpriced.Target, Is.EqualTo("strong"), "an unknown price is no low price");
    }

    [Test]
    public async Task Pool_AbstainsWhenNoneIsGoodEnough()
    {
        var strategy = new LearnedStrategy(Learnt.Pool.Value, new() { Threshold = 1 });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);

        Assert.That(verdict.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
    }

    [Test]
    public void Create_WithoutAnyThreshold_SaysHowToGetOne() =>
        Assert.That(() => new LearnedStrategy(Learnt.Pair.Value), Throws.ArgumentException.With.Message.Contains("Calibrate it"));

    [Test]
    public void Create_RefusesWhatCannotBeMeant()
    {
        TrainedRouter pair = Learnt.Pair.Value;

        Assert.That(() => new LearnedStrategy(Learnt.Complexity.Value), Throws.ArgumentException.With.Message.Contains("AddLearnedClassifier"));
        Assert.That(() => new LearnedStrategy(pair, new() { Threshold = double.NaN }), Throws.ArgumentException);
        Assert.That(() => new LearnedStrategy(Learnt.Pool.Value, new() { Threshold = 2 }), Throws.ArgumentException.With.Message.Contains("between 0 and 1"));
        Assert.That(() => new LearnedStrategy(pair, new() { Threshold = 0, Confidence = 2 }), Throws.ArgumentException.With.Message.Contains("Confidence"));
        Assert.That(
            () => new LearnedStrategy(pair, new() { Threshold = 0, Models = new Dictionary<string, string> { ["medium"] = "m" }.ToFrozenDictionary() }),
            Throws.ArgumentException.With.Message.Contains("'medium'").And.Message.Contains("'strong', 'weak'"));
    }
}
