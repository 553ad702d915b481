using LlmRouting.Classifiers;
using LlmRouting.Core.Tests.DependencyInjection;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmRouting.Core.Tests.Classifiers;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SemanticClassifierTests : IDisposable
{
    private static readonly SemanticSettings Settings = new()
    {
        Routes =
        [
            new() { Name = "billing", Complexity = 0.1, Category = "support", Examples = ["invoice", "invoice refund"] },
            new() { Name = "proofs", Complexity = 0.9, Category = "math", Examples = ["prove theorem", "theorem"] },
        ],
    };

    private readonly FakeEmbeddingGenerator _generator = new("invoice", "refund", "prove", "theorem");
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _generator.Dispose();

    [TestCase("invoice", "billing", 0.1, "support")]
    [TestCase("prove theorem", "proofs", 0.9, "math")]
    [Description("S5 similarity to example utterances")]
    public async Task Classify_TakesTheRouteOfTheNearestExamples(string text, string label, double complexity, string category)
    {
        Classification answer = await Ask(Make(Settings), text);

        Assert.That(answer, Is.EqualTo(new Classification
        {
            Complexity = complexity, Confidence = answer.Confidence, Source = "semantic", Label = label, Category = category,
        }));
        Assert.That(answer.Confidence, Is.GreaterThan(0.99));
    }

    [Test]
    [Description("S5 per-route thresholds")]
    public async Task Classify_CountsOnlyExamplesAboveTheirRoutesThreshold([Values(0.70, 0.72)] double threshold)
    {
        SemanticSettings settings = Settings with { Routes = [Settings.Routes[0] with { Examples = ["invoice"], MinSimilarity = threshold }] };

        // Half of it is like the example: a cosine of 0.707.
        Classification answer = await Ask(Make(settings), "invoice refund");

        Assert.That(answer.Confidence, threshold < 0.707 ? Is.EqualTo(0.707).Within(0.001) : Is.Zero);
        Assert.That(answer.Label, threshold < 0.707 ? Is.EqualTo("billing") : Is.Null);
    }

    [Test]
    [Description("S5 top-k, kNN over labelled requests")]
    public async Task Classify_LetsTheNeighboursVote([Values(1, 3)] int neighbours)
    {
        SemanticSettings settings = Settings with
        {
            Neighbours = neighbours,
            MinSimilarity = 0,
            Routes =
            [
                new() { Name = "one", Complexity = 0.2, Examples = ["invoice"] },
                new() { Name = "many", Complexity = 0.8, Examples = ["invoice refund", "invoice prove", "theorem"] },
            ],
        };

        Classification answer = await Ask(Make(settings), "invoice");

        // Alone the nearest wins; of three, two weigh 0.707 each against its 1.
        Assert.That(answer.Label, Is.EqualTo(neighbours == 1 ? "one" : "many"));
        Assert.That(answer.Confidence, Is.EqualTo(neighbours == 1 ? 1 : 1.4142 / 2.4142 * 0.7071).Within(0.001));
    }

    [Test]
    public async Task Classify_IsUnsure_WhereNothingIsNear()
    {
        Classification answer = await Ask(Make(Settings), "weather tomorrow");

        Assert.That(answer, Is.EqualTo(Classification.Unknown with { Source = "semantic" }));
    }

    [Test]
    public async Task Examples_AreEmbeddedOnce_AndRequestsSeenLatelyNotAgain()
    {
        SemanticClassifier classifier = Make(Settings);
        await classifier.WarmUpAsync();
        await Ask(classifier, "invoice please");
        await Ask(classifier, "invoice please");
        await Ask(classifier, "theorem please");

        Assert.That(_generator.Asked, Is.EqualTo(["invoice", "invoice refund", "prove theorem", "theorem", "invoice please", "theorem please"]));
    }

    [Test]
    public async Task Cache_LetsTheLeastRecentlyUsedGo()
    {
        SemanticClassifier classifier = Make(Settings with { CacheSize = 2 });
        await classifier.WarmUpAsync();
        _generator.Asked.Clear();
        foreach (string text in (string[])["a", "b", "a", "c", "a", "b"])
        {
            await Ask(classifier, text);
        }

        Assert.That(_generator.Asked, Is.EqualTo(["a", "b", "c", "b"]));
    }

    [Test]
    [Description("R24 bounded input")]
    public async Task Classify_EmbedsHeadAndTailOfALongRequest()
    {
        SemanticClassifier classifier = Make(Settings with { MaxCharacters = 6 });

        await Ask(classifier, "abcdefghij");

        Assert.That(_generator.Asked, Does.Contain("abchij"));
    }

    [Test]
    [Description("R24 a failure costs one request, abstains for a while, and heals")]
    public async Task Classify_LeavesAFailingGeneratorAlone_ThenTriesAgain([Values] bool isWarm)
    {
        SemanticClassifier classifier = Make(Settings);
        if (isWarm)
        {
            await classifier.WarmUpAsync();
        }

        _generator.OnCall = static _ => throw new HttpRequestException("no route to host");
        await Assert.ThrowsAsync<HttpRequestException>(() => Ask(classifier, "invoice"));
        int calls = _generator.Asked.Count;
        Classification resting = await Ask(classifier, "invoice");
        Assert.That(resting.Confidence, Is.Zero);
        Assert.That(_generator.Asked, Has.Count.EqualTo(calls));

        _generator.OnCall = null;
        _time.Advance(TimeSpan.FromSeconds(16));
        Classification healed = await Ask(classifier, "invoice");

        Assert.That(healed.Label, Is.EqualTo("billing"));
    }

    [Test]
    [Description("R24 deadline")]
    public async Task Classify_GivesUpOnAGeneratorThatDoesNotAnswer()
    {
        SemanticClassifier classifier = Make(Settings);
        await classifier.WarmUpAsync();
        var called = new TaskCompletionSource();
        _generator.OnCall = _ =>
        {
            called.TrySetResult();
            return new TaskCompletionSource().Task;
        };

        Task<Classification> pending = Ask(classifier, "invoice");
        await called.Task;
        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<TimeoutException>(() => pending);
        Assert.That((await Ask(classifier, "invoice")).Confidence, Is.Zero);
    }

    [Test]
    public async Task Classify_EndsWithItsCaller_AndBlamesNobody()
    {
        SemanticClassifier classifier = Make(Settings);
        await classifier.WarmUpAsync();
        using var source = new CancellationTokenSource();
        _generator.OnCall = async token =>
        {
            await source.CancelAsync();
            token.ThrowIfCancellationRequested();
        };

        await Assert.ThatAsync(() => Ask(classifier, "invoice", source.Token), Throws.InstanceOf<OperationCanceledException>());
        _generator.OnCall = null;

        Assert.That((await Ask(classifier, "invoice")).Label, Is.EqualTo("billing"));
    }

    [Test]
    public async Task Classify_RefusesVectorsThatMeanNothing()
    {
        _generator.Change = static vector => new float[vector.Length];
        await Assert.ThrowsAsync<InvalidOperationException>(() => Make(Settings).WarmUpAsync());

        _generator.Change = static vector => [float.NaN, .. vector];
        await Assert.ThrowsAsync<InvalidOperationException>(() => Make(Settings).WarmUpAsync());
    }

    [Test]
    public void Constructor_SaysWhatIsWrong() => Assert.That(
        () => Make(Settings with { Routes = [Settings.Routes[0] with { Examples = [] }] }),
        Throws.ArgumentException.With.Message.StartsWith("Routes:billing:Examples must hold at least one example"));

    [Test]
    public async Task Builder_AsksItAfterTheHeuristic_WithRoutesOfTheConfiguration()
    {
        using TestHost host = new(
            Support.Settings.Valid(
                ("MinConfidence", "0.97"),
                ("Semantic:Routes:hard:Tier", "frontier"),
                ("Semantic:Routes:hard:Examples:0", "theorem")),
            builder => builder.AddSemanticClassifier(),
            services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_generator));

        RoutingDecision decision = await host.DecideAsync("theorem");

        DecisionStep[] steps = [.. decision.Steps.Where(static step => step.Kind == DecisionStepKind.Classified)];
        Assert.That(steps.Select(static step => step.Source), Is.EqualTo(["heuristic", "semantic"]));
        Assert.That(decision.Ranking[0], Is.EqualTo("large"));
    }

    [Test]
    public async Task Reload_KeepsTheEmbeddedExamples_WhenTheyAreTheSame()
    {
        (string, string?)[] routes = [("Classifiers:0", "semantic"), ("Semantic:Routes:hard:Complexity", "0.9"), ("Semantic:Routes:hard:Examples:0", "theorem")];
        using TestHost host = new(
            Support.Settings.Valid(routes),
            builder => builder.AddSemanticClassifier(),
            services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_generator));
        await host.DecideAsync("prove");
        host.Reload(Support.Settings.Valid([.. routes, ("MinConfidence", "0.5")]));
        await host.DecideAsync("refund");
        Assert.That(_generator.Asked.Count(static text => text == "theorem"), Is.EqualTo(1));

        host.Reload(Support.Settings.Valid([.. routes, ("Semantic:Routes:hard:Examples:1", "lemma")]));
        await host.DecideAsync("invoice");

        Assert.That(_generator.Asked.Count(static text => text == "theorem"), Is.EqualTo(2));
    }

    private static async Task<Classification> Ask(SemanticClassifier classifier, string text, CancellationToken cancellationToken = default) =>
        await classifier.ClassifyAsync(Support.Make.Request(text), cancellationToken);

    private SemanticClassifier Make(SemanticSettings settings) => new(_generator, settings, _time);
}
