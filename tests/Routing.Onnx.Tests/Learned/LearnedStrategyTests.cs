using System.Collections.Frozen;
using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;

namespace LlmRouting.Onnx.Tests.Learned;

[Description("S23 a router trained on own traffic decides")]
public sealed class LearnedStrategyTests
{
    private static readonly CandidateSet Both = Learnt.Candidates(("strong", 10m), ("weak", 1m));

    private static readonly (string Name, double Value)[] StrongAlwaysBetter =
    [
        ("quality-per-usd", 0.01), ("pool.factor", 1),
        ("pool.predicted.strong", 0.5), ("pool.observed.strong", 0.9), ("pool.slope.strong", 0), ("pool.cost-exponent.strong", 1), ("pool.cost-offset.strong", -8),
        ("pool.predicted.weak", 0.5), ("pool.observed.weak", 0.1), ("pool.slope.weak", 0), ("pool.cost-exponent.weak", 1), ("pool.cost-offset.weak", -10),
    ];

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
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new() { Threshold = Learnt.NeedOf(Learnt.Pair.Value, Learnt.EasyText) });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.EasyText), Both, CancellationToken.None);

        Assert.That(verdict.Target, Is.EqualTo("strong"));
    }

    [Test]
    [Description("S23 a threshold of the need per expected USD decides by what the words cost, as it was calibrated")]
    public async Task Pair_DecidesByTheCostsThatTheRouterTells_WhereTheFileSaysSo()
    {
        TrainedRouter router = Learnt.Costed.Value;
        NeedPerUsd order = NeedPerUsd.FitByWords([0, 1, 0, 1], new([1, 1, 1, 1], [1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0]));
        double place = order.Order(PairScore.Of(router, new() { Id = "1", Text = Learnt.HardText }), Learnt.HardText.Length);

        StrategyVerdict at = await Decide(place);
        StrategyVerdict above = await Decide(Math.BitIncrement(place));

        Assert.That(at.Target, Is.EqualTo("strong"));
        Assert.That(above.Target, Is.EqualTo("weak"));

        ValueTask<StrategyVerdict> Decide(double threshold)
        {
            Dictionary<string, double> thresholds = new() { [order.PromiseName] = threshold };
            order.WriteTo(thresholds);
            var strategy = new LearnedStrategy(Learnt.With(router, [.. thresholds.Select(static pair => (pair.Key, pair.Value))]));
            return strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);
        }
    }

    [Test]
    public void Pair_WhoseRouterTellsNoCosts_IsRefusedWhereTheFileDecidesByThem()
    {
        NeedPerUsd order = NeedPerUsd.FitByWords([0, 1, 0, 1], new([1, 1, 1, 1], [1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0]));
        Dictionary<string, double> thresholds = new() { [order.PromiseName] = 1 };
        order.WriteTo(thresholds);
        TrainedRouter silent = Learnt.With(Learnt.Pair.Value, [.. thresholds.Select(static pair => (pair.Key, pair.Value))]);

        Assert.That(() => new LearnedStrategy(silent), Throws.ArgumentException.With.Message.Contains("tells none"));
    }

    [Test]
    [Description("S23 a threshold of the need per USD decides by the request's length too, as it was calibrated")]
    public async Task Pair_DecidesByNeedPerUsd_WhereTheFileHoldsIt()
    {
        TrainedRouter router = Learnt.Pair.Value;
        NeedPerUsd order = NeedPerUsd.Fit([0, 1, 0, 1], [10, 100, 1000, 10000], new([1, 1, 1, 1], [1, 0, 1, 0], [0.01, 0.1, 1, 10], [0, 0, 0, 0]));
        string longer = string.Concat(Enumerable.Repeat(Learnt.HardText + " ", 20));
        double hard = order.Order(new(Learnt.NeedOf(router, Learnt.HardText)), Learnt.HardText.Length);
        double dear = order.Order(new(Learnt.NeedOf(router, longer)), longer.Length);
        Dictionary<string, double> thresholds = new() { ["promise"] = double.NegativeInfinity, [NeedPerUsd.PromiseThreshold] = (hard + dear) / 2 };
        order.WriteTo(thresholds);
        var strategy = new LearnedStrategy(Learnt.With(router, [.. thresholds.Select(static pair => (pair.Key, pair.Value))]));

        StrategyVerdict brief = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);
        StrategyVerdict lengthy = await strategy.EvaluateAsync(Learnt.Ask(longer), Both, CancellationToken.None);

        Assert.That(dear, Is.LessThan(hard), "as much need, at twenty times the cost");
        Assert.That(brief.Target, Is.EqualTo("strong"));
        Assert.That(lengthy.Target, Is.EqualTo("weak"));
    }

    [Test]
    public async Task Replace_DecidesByTheNewRouterFromThenOn()
    {
        var strategy = new LearnedStrategy(Learnt.With(Learnt.Pair.Value, ("promise", double.PositiveInfinity)));
        StrategyVerdict before = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);

        strategy.Replace(Learnt.With(Learnt.Pair.Value, ("promise", double.NegativeInfinity)));

        StrategyVerdict after = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);
        Assert.That(before.Target, Is.EqualTo("weak"));
        Assert.That(after.Target, Is.EqualTo("strong"));
    }

    [Test]
    public void Replace_RefusesARouterForOtherModels()
    {
        var strategy = new LearnedStrategy(Learnt.With(Learnt.Pair.Value, ("promise", 0.3)));

        Assert.That(() => strategy.Replace(Learnt.With(Learnt.Pool.Value, ("promise", 0.3))), Throws.ArgumentException.With.Message.Contains("restart"));
        Assert.That(() => strategy.Replace(Learnt.Pair.Value), Throws.ArgumentException.With.Message.Contains("Calibrate it"), "no threshold");
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
    [Description("S23 a pool's file may hold what its models' quality is worth, and a setting of the host's own comes first")]
    public async Task Pool_DecidesByTheChoiceInItsFile_UnlessAThresholdIsSet()
    {
        TrainedRouter router = Learnt.With(Learnt.Pool.Value, [("promise", 1), .. StrongAlwaysBetter]);

        StrategyVerdict both = await new LearnedStrategy(router).EvaluateAsync(Learnt.Ask(Learnt.EasyText), Both, CancellationToken.None);
        StrategyVerdict rest = await new LearnedStrategy(router).EvaluateAsync(Learnt.Ask(Learnt.EasyText), Learnt.Candidates(("weak", 1m)), CancellationToken.None);
        StrategyVerdict none = await new LearnedStrategy(router).EvaluateAsync(Learnt.Ask(Learnt.EasyText), Learnt.Candidates(("other", 1m)), CancellationToken.None);
        StrategyVerdict set = await new LearnedStrategy(router, new() { Threshold = 0.1 }).EvaluateAsync(Learnt.Ask(Learnt.EasyText), Both, CancellationToken.None);

        Assert.That(both.Target, Is.EqualTo("strong"), "its file says that the strong model is better by far");
        Assert.That(rest.Target, Is.EqualTo("weak"));
        Assert.That(none.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
        Assert.That(set.Target, Is.EqualTo("weak"), "the cheapest of those that are good enough");
    }

    [Test]
    public void Pool_WithHalfAChoiceInItsFile_IsRefused() =>
        Assert.That(() => new LearnedStrategy(Learnt.With(Learnt.Pool.Value, ("promise", 0.5), StrongAlwaysBetter[0])), Throws.ArgumentException.With.Message.Contains("'pool.").And.Message.Contains("Calibrate"));

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
