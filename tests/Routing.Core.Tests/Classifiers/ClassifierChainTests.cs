using LlmRouting.Classifiers;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Classifiers;

public sealed class ClassifierChainTests
{
    [Test]
    public async Task S8_ConfidentClassifier_EndsTheChain()
    {
        FakeClassifier cheap = new(0.2, confidence: 0.7, name: "cheap");
        FakeClassifier costly = new(0.9, name: "costly");

        Classification answer = await Classify(Make.Request(), cheap, costly);

        Assert.That((answer.Complexity, cheap.Calls, costly.Calls), Is.EqualTo((0.2, 1, 0)));
    }

    [Test]
    public async Task S8_UnsureClassifier_HandsTheHardCasesOn()
    {
        Classification answer = await Classify(Make.Request(), new FakeClassifier(0.2, confidence: 0.69), new FakeClassifier(0.9, confidence: 0.8));

        Assert.That(answer.Complexity, Is.EqualTo(0.9));
    }

    [Test]
    public async Task S8_MostConfidentAnswer_CountsWhenNoneIsConfident()
    {
        Classification answer = await Classify(
            Make.Request(), new FakeClassifier(0.1, confidence: 0.3), new FakeClassifier(0.5, confidence: 0.6), new FakeClassifier(0.9, confidence: 0.5));

        Assert.That(answer.Complexity, Is.EqualTo(0.5));
    }

    [Test]
    public async Task NoClassifier_MeansUnknown() =>
        Assert.That(await Classify(Make.Request()), Is.SameAs(Classification.Unknown));

    [Test]
    public async Task R24_ClassifierThatThrows_IsPassedOverWithoutQuotingItsMessage([Values] bool synchronously)
    {
        using RecordingLoggerFactory logs = new();
        RoutingRequest request = Make.Request();
        InvalidOperationException error = new("the prompt was: secret");
        FakeClassifier broken = new("broken", (_, _) => synchronously ? throw error : ValueTask.FromException<Classification>(error));
        ClassifierChain chain = new([broken, new FakeClassifier(0.4)], logger: logs.CreateLogger<ClassifierChain>());

        Classification answer = await chain.ClassifyAsync(request, CancellationToken.None);

        Assert.That(answer.Complexity, Is.EqualTo(0.4));
        Assert.That(request.Trace.ToImmutable()[0].ToString(), Is.EqualTo("broken abstained: threw an exception"));
        Assert.That(logs.Of(EventIds.ClassifierFailed), Is.EqualTo(["Classifier 'broken' threw an exception (InvalidOperationException); the next one is asked"]));
    }

    [Test]
    public async Task R24_ClassifierThatHangs_IsPassedOverAtItsDeadline([Values] bool heedsItsToken)
    {
        ManualTimeProvider clock = new();
        RoutingRequest request = Make.Request();
        CancellationToken seen = default;
        FakeClassifier hanging = new("hanging", async (_, token) =>
        {
            seen = token;
            await Task.Delay(Timeout.Infinite, heedsItsToken ? token : CancellationToken.None);
            return Classification.Unknown;
        });
        ClassifierChain chain = new([hanging, new FakeClassifier(0.4)], timeout: TimeSpan.FromSeconds(1), timeProvider: clock);
        Task<Classification> pending = chain.ClassifyAsync(request, CancellationToken.None).AsTask();

        clock.Advance(TimeSpan.FromMilliseconds(999));
        bool early = pending.IsCompleted;
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That((await pending).Complexity, Is.EqualTo(0.4));
        Assert.That((early, seen.IsCancellationRequested), Is.EqualTo((false, true)));
        Assert.That(request.Trace.ToImmutable()[0].ToString(), Is.EqualTo("hanging abstained: ran past its deadline"));
    }

    [Test]
    public async Task R24_CallersCancellation_IsNoFailureOfTheClassifier()
    {
        using CancellationTokenSource source = new();
        FakeClassifier hanging = new("hanging", async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return Classification.Unknown;
        });
        ClassifierChain chain = new([hanging, new FakeClassifier(0.4)], timeProvider: new ManualTimeProvider());
        Task<Classification> pending = chain.ClassifyAsync(Make.Request(), source.Token).AsTask();

        await source.CancelAsync();

        Assert.That(async () => await pending, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task R24_Request_IsClassifiedOnce([Values] bool synchronously)
    {
        FakeClassifier classifier = new("fake", async (_, _) =>
        {
            if (!synchronously)
            {
                await Task.Yield();
            }

            return Make.Classification(0.4);
        });
        RoutingRequest request = Make.Request(classifier: classifier);
        Classification? before = request.KnownClassification;

        Classification first = await request.GetClassificationAsync(CancellationToken.None);
        Classification second = await request.GetClassificationAsync(CancellationToken.None);

        Assert.That((before, classifier.Calls), Is.EqualTo(((Classification?)null, 1)));
        Assert.That(second, Is.SameAs(first).And.SameAs(request.KnownClassification));
    }

    [Test]
    public async Task R30_EachAnswer_IsRecorded()
    {
        RoutingRequest request = Make.Request();

        await Classify(request, new FakeClassifier(0.25, confidence: 0.5, category: "chat", name: "a"), new FakeClassifier(0.75, label: "hard", name: "b"));

        Assert.That(request.Trace.ToImmutable().Select(static step => step.ToString()), Is.EqualTo(new[]
        {
            "a classified the request: complexity 0.25, confidence 0.50, chat",
            "b classified the request: complexity 0.75, confidence 0.90, hard",
        }));
    }

    private static ValueTask<Classification> Classify(RoutingRequest request, params FakeClassifier[] classifiers) =>
        new ClassifierChain([.. classifiers], timeProvider: new ManualTimeProvider()).ClassifyAsync(request, CancellationToken.None);
}
