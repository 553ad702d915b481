using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Onnx.Tests.Learned;

[Description("S23 a router that was trained with embeddings decides by them, or abstains")]
public sealed class LearnedStrategyEmbeddingTests
{
    private const string Hard = "please tell me about the hard which and how it of now then so that";
    private const string Easy = "please tell me about the easy which and how it of now then so that";
    private static readonly CandidateSet Both = Learnt.Candidates(("strong", 10m), ("weak", 1m));
    private ManualTimeProvider _time = new();
    private FakeEmbeddings _generator = new();
    private RecordedLog _log = new();

    [SetUp]
    public void MakeGenerator()
    {
        _time = new ManualTimeProvider();
        _generator = new FakeEmbeddings();
        _log = new RecordedLog();
    }

    [TearDown]
    public void DisposeGenerator()
    {
        _generator.Dispose();
        _log.Dispose();
    }

    [Test]
    public async Task Pair_GoesByTheMeaning()
    {
        LearnedStrategy strategy = Make(Embedded.Pair.Value);

        StrategyVerdict hard = await Ask(strategy, Hard);
        StrategyVerdict easy = await Ask(strategy, Easy);

        Assert.That((hard.Target, easy.Target), Is.EqualTo(("strong", "weak")));
        Assert.That(_generator.Asked, Is.EqualTo(new[] { Hard, Easy }));
        Assert.That(_generator.IsDisposed, Is.False);
    }

    [Test]
    public async Task Pool_GoesByTheMeaning()
    {
        LearnedStrategy strategy = Make(Embedded.Pool.Value, new() { Threshold = 0.7 });

        Assert.That(((await Ask(strategy, Hard)).Target, (await Ask(strategy, Easy)).Target), Is.EqualTo(("strong", "weak")));
    }

    [Test]
    public async Task SameText_IsEmbeddedOnce()
    {
        LearnedStrategy strategy = Make(Embedded.Pair.Value);

        StrategyVerdict first = await Ask(strategy, Hard);
        StrategyVerdict second = await Ask(strategy, Hard);

        Assert.That(_generator.Calls, Is.EqualTo(1));
        Assert.That(second.Target, Is.EqualTo(first.Target));
    }

    [Test]
    public async Task WithoutACache_EveryRequestIsEmbedded()
    {
        LearnedStrategy strategy = Make(Embedded.Pair.Value, new() { Threshold = 0.3, Embedding = new() { CacheSize = 0 } });

        await Ask(strategy, Hard);
        await Ask(strategy, Hard);

        Assert.That(_generator.Calls, Is.EqualTo(2));
    }

    [Test]
    [Description("R24 bounded input: a megabyte of text is embedded at both ends")]
    public async Task LongText_IsEmbeddedAsAtTraining()
    {
        LearnedStrategy strategy = Make(Embedded.Pair.Value);

        await Ask(strategy, string.Concat(Enumerable.Repeat(Hard + " ", 15_000)));

        Assert.That(_generator.Asked.Single(), Has.Length.EqualTo(LlmRouting.Onnx.Training.Data.LabelledRequestEmbedding.MaxCharacters));
    }

    [TestCase("")]
    [TestCase("\u4eca\u5929\u5929\u6c14\u600e\u4e48\u6837\uff0c\u6211\u60f3\u77e5\u9053\u660e\u5929\u4f1a\u4e0d\u4f1a\u4e0b\u96e8")]
    public async Task WhatTheWordsRuleOut_CostsNoCall(string text)
    {
        StrategyVerdict verdict = await Ask(Make(Embedded.Pair.Value), text);

        Assert.That(verdict.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
        Assert.That(_generator.Calls, Is.Zero);
    }

    [Test]
    public async Task RouterWithoutEmbeddings_AsksForNone()
    {
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new() { Threshold = 0.3 }, _generator, _time);

        StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);

        Assert.That(verdict.Target, Is.EqualTo("strong"));
        Assert.That(_generator.Calls, Is.Zero);
    }

    [Test]
    public async Task SlowGenerator_ItAbstainsWhenTheTimeIsOver_AndTheGeneratorIsToldToStop()
    {
        CancellationToken seen = default;
        _generator.OnCall = token =>
        {
            seen = token;
            return new TaskCompletionSource().Task;
        };
        LearnedStrategy strategy = Make(Embedded.Pair.Value);

        Task<StrategyVerdict> pending = strategy.EvaluateAsync(Learnt.Ask(Hard), Both, CancellationToken.None).AsTask();
        bool wasPending = !pending.IsCompleted;
        _time.Advance(TimeSpan.FromSeconds(1));
        StrategyVerdict verdict = await pending;

        Assert.That(wasPending);
        Assert.That(verdict.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
        Assert.That(verdict.Reason, Does.Contain("in time"));
        Assert.That(seen.IsCancellationRequested);
        Assert.That(_time.ActiveTimers, Is.Zero);
    }

    [TestCase("throws", "failed")]
    [TestCase("shorter", "does not fit")]
    [TestCase("zero", "does not fit")]
    [TestCase("NaN", "does not fit")]
    public async Task FailingGenerator_ItAbstainsWithTheReason_AndLeavesItAloneForAWhile(string what, string reason)
    {
        _generator.OnCall = what == "throws" ? static _ => throw new HttpRequestException("secret words") : null;
        _generator.Change = vector => what switch { "shorter" => vector[..^1], "zero" => new float[vector.Length], "NaN" => [.. vector[..^1], float.NaN], _ => vector };
        LearnedStrategy strategy = Make(Embedded.Pair.Value);

        StrategyVerdict first = await Ask(strategy, Hard);
        StrategyVerdict second = await Ask(strategy, Easy);
        (_generator.OnCall, _generator.Change) = (null, static vector => vector);
        _time.Advance(TimeSpan.FromSeconds(15));
        StrategyVerdict third = await Ask(strategy, Hard);

        Assert.That(first.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
        Assert.That(first.Reason, Does.Contain(reason).And.Not.Contain("secret"));
        Assert.That(second.Reason, Does.Contain("left alone"));
        Assert.That(third.Target, Is.EqualTo("strong"));
        Assert.That(_generator.Calls, Is.EqualTo(2));
        Assert.That(_log.Lines, Has.Count.EqualTo(1).And.One.Contains("'learned' abstained").And.None.Contains("secret"));
    }

    [Test]
    public async Task CallersCancellation_IsPassedOn_AndNoFailure()
    {
        using CancellationTokenSource source = new();
        _generator.OnCall = token => Task.Delay(Timeout.Infinite, token);
        LearnedStrategy strategy = Make(Embedded.Pair.Value);

        Task<StrategyVerdict> pending = strategy.EvaluateAsync(Learnt.Ask(Hard), Both, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => pending);
        _generator.OnCall = null;

        Assert.That((await Ask(strategy, Hard)).Target, Is.EqualTo("strong"), "the generator did nothing wrong");
    }

    [Test]
    public void Create_RefusesAGeneratorThatIsMissingOrAnother()
    {
        TrainedRouter router = Embedded.Pair.Value;
        LearnedStrategySettings settings = new() { Threshold = 0.3 };

        Assert.That(() => new LearnedStrategy(router, settings), Throws.ArgumentException.With.Message.Contains("24 numbers by 'embedder-1'").And.Message.Contains("IEmbeddingGenerator"));
        _generator.Metadata = new EmbeddingGeneratorMetadata(defaultModelDimensions: 768);
        Assert.That(() => Make(router), Throws.ArgumentException.With.Message.Contains("24 numbers").And.Message.Contains("768"));
        _generator.Metadata = new EmbeddingGeneratorMetadata(defaultModelId: "embedder-2");
        Assert.That(() => Make(router), Throws.ArgumentException.With.Message.Contains("'embedder-1'").And.Message.Contains("'embedder-2'"));
        _generator.Metadata = new EmbeddingGeneratorMetadata(defaultModelId: "Embedder-1", defaultModelDimensions: 24);
        Assert.That(() => Make(router), Throws.Nothing);
    }

    [Test]
    public void Create_RefusesSettingsThatCannotBeMeant()
    {
        Assert.That(() => Make(Embedded.Pair.Value, new() { Threshold = 0, Embedding = new() { Timeout = TimeSpan.Zero } }), Throws.ArgumentException.With.Message.Contains("Timeout"));
        Assert.That(() => Make(Embedded.Pair.Value, new() { Threshold = 0, Embedding = new() { RetryAfter = TimeSpan.FromDays(50) } }), Throws.ArgumentException.With.Message.Contains("RetryAfter"));
        Assert.That(() => Make(Embedded.Pair.Value, new() { Threshold = 0, Embedding = new() { CacheSize = -1 } }), Throws.ArgumentException.With.Message.Contains("CacheSize"));
    }

    [Test]
    [Description("The generator stays what it is: a router that was trained with another one's embeddings cannot take over, even after one that needed none.")]
    public async Task Replace_RefusesARouterOfOtherEmbeddings()
    {
        LearnedStrategy strategy = Make(Embedded.Pair.Value);
        TrainedRouter other = Embedded.Train(TrainingTarget.Pair("strong", "weak"), length: 20, modelId: null);

        Assert.That(() => strategy.Replace(other), Throws.ArgumentException.With.Message.Contains("20 numbers").And.Message.Contains("24"));
        Assert.That((await Ask(strategy, Hard)).Target, Is.EqualTo("strong"));
        strategy.Replace(Learnt.Pair.Value);
        Assert.That(() => strategy.Replace(other), Throws.ArgumentException.With.Message.Contains("20 numbers"));
        strategy.Replace(Embedded.Pair.Value);
        Assert.That((await Ask(strategy, Hard)).Target, Is.EqualTo("strong"));
    }

    [Test]
    public void Replace_RefusesARouterWithEmbeddings_WhereThereIsNoGenerator()
    {
        var strategy = new LearnedStrategy(Learnt.Pair.Value, new() { Threshold = 0.3 });

        Assert.That(() => strategy.Replace(Embedded.Pair.Value), Throws.ArgumentException.With.Message.Contains("no generator").And.Message.Contains("restart"));
    }

    private LearnedStrategy Make(TrainedRouter router, LearnedStrategySettings? settings = null) =>
        new(router, settings ?? new() { Threshold = 0.3 }, _generator, _time, _log.CreateLogger<LearnedStrategy>());

    private static async Task<StrategyVerdict> Ask(LearnedStrategy strategy, string text) => await strategy.EvaluateAsync(Learnt.Ask(text), Both, CancellationToken.None);
}
