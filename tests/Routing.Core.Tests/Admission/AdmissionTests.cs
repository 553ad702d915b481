using LlmRouting.Admission;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Admission;

/// <summary>Shows how the client lets requests in, in both modes.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AdmissionTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task Requests_RunNoMoreAtATimeThanTheLimit([Values] bool streaming)
    {
        TaskCompletionSource<ChatResponse> first = new();
        Queue<Task<ChatResponse>> answers = new([first.Task, Task.FromResult(FakeChatClient.Answer("second"))]);
        FakeChatClient fake = new((_, _, _) => answers.Dequeue());
        using RoutingChatClient client = Build(Limiter(1), fake);

        Task<ChatResponse> one = client.AskAsync(streaming);
        Task<ChatResponse> two = client.AskAsync(streaming);
        Assert.That(fake.Calls, Has.Count.EqualTo(1));
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        first.SetResult(FakeChatClient.Answer("first"));

        Assert.That((await one).Text, Is.EqualTo("first"));
        ChatResponse second = await two;
        Assert.That(second.Text, Is.EqualTo("second"));
        Assert.That(second.GetRoutingOutcome()!.Decision.Steps[0].ToString(), Is.EqualTo("admission: waited 1500 ms for its turn"));
    }

    [Test]
    public async Task Place_IsGivenBack_WhateverHappens([Values] bool streaming)
    {
        AdmissionLimiter limiter = Limiter(1);
        FakeChatClient fake = FakeChatClient.Throwing(static () => new IOException());
        using RoutingChatClient client = Build(limiter, fake);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));
        await Assert.ThrowsAsync<RoutingException>(() => client.AskAsync(streaming, new ChatOptions { ModelId = "nobody" }));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.AskAsync(streaming, cancellationToken: cancelled.Token));

        Assert.That(limiter.Load.InUse, Is.Zero);
    }

    [Test]
    public async Task AbandonedStream_GivesItsPlaceBack()
    {
        AdmissionLimiter limiter = Limiter(1);
        using RoutingChatClient client = Build(limiter, FakeChatClient.Streaming(Pool.Text("one"), Pool.Text("two"), Pool.End()));

        await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(Pool.Hello))
        {
            Assert.That(limiter.Load.InUse, Is.EqualTo(1));
            break;
        }

        Assert.That(limiter.Load.InUse, Is.Zero);
    }

    [Test]
    public void StreamThatNobodyReads_TakesNoPlace()
    {
        AdmissionLimiter limiter = Limiter(1);
        using RoutingChatClient client = Build(limiter, new FakeChatClient());

        _ = client.GetStreamingResponseAsync(Pool.Hello);

        Assert.That(limiter.Load.InUse, Is.Zero);
    }

    [Test]
    public async Task QueuedRequest_IsRejectedInTime_OrLeavesWhenCancelled([Values] bool streaming)
    {
        FakeChatClient fake = FakeChatClient.Hanging();
        using RoutingChatClient client = Build(Limiter(1), fake);
        using CancellationTokenSource source = new();
        Task<ChatResponse> running = client.AskAsync(streaming);
        Task<ChatResponse> cancelled = client.AskAsync(streaming, cancellationToken: source.Token);
        Task<ChatResponse> late = client.AskAsync(streaming);

        await source.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => cancelled);
        _clock.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<OverloadedException>(() => late);
        Assert.That(running.IsCompleted, Is.False);
        Assert.That(fake.Calls, Has.Count.EqualTo(1), "who waits calls nobody");
    }

    [Test]
    public async Task BackgroundRequests_WaitForInteractiveOnes([Values] bool streaming)
    {
        TaskCompletionSource<ChatResponse> first = new();
        List<string> order = [];
        FakeChatClient fake = new((messages, _, _) =>
        {
            order.Add(messages.Single().Text);
            return order.Count == 1 ? first.Task : Task.FromResult(FakeChatClient.Answer("done"));
        });
        using RoutingChatClient client = Build(Limiter(1), fake);

        Task<ChatResponse>[] all =
        [
            client.AskAsync(streaming, messages: Make.Messages("running")),
            client.AskAsync(streaming, Make.Hints(static hints => hints.Priority = RequestPriority.Background), Make.Messages("background")),
            client.AskAsync(streaming, messages: Make.Messages("interactive")),
        ];
        first.SetResult(FakeChatClient.Answer("done"));
        await Task.WhenAll(all);

        Assert.That(order, Is.EqualTo(new[] { "running", "interactive", "background" }));
    }

    [Test]
    public async Task NestedRouterThatIsFull_IsFailedOverFrom([Values] bool streaming)
    {
        AdmissionLimiter full = Limiter(1, static settings => settings with { MaxQueue = 0 });
        await full.EnterAsync(RequestPriority.Interactive, default);
        using RoutingChatClient nested = Build(full, new FakeChatClient("never"));
        using RoutingChatClient client = Pool.InOrder(nested, new FakeChatClient("elsewhere"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("elsewhere"));
        RoutingAttempt attempt = response.GetRoutingOutcome()!.Attempts[0];
        Assert.That((attempt.Failure, attempt.CostUsd, attempt.Certainty), Is.EqualTo((FailureKind.Overloaded, 0m, CostCertainty.Exact)));
    }

    [TestCase(0.5, "small", "load", "load 0.90 is above 0.8: what is not complex goes to fast")]
    [TestCase(0.9, "large", "tiers", "complexity up to 1 belongs to frontier")]
    [Description("S12 graceful degradation under load")]
    public async Task HighLoad_SendsWhatIsNotComplexToTheCheapestTier_S12(double complexity, string model, string decidedBy, string reason)
    {
        AdmissionLimiter limiter = Limiter(10, static settings => settings with { DegradeAbove = 0.8 });
        using RoutingChatClient client = Degrading(limiter, complexity);
        await Busy(limiter, 10);

        RoutingDecision decision = await client.Router.DecideAsync(Pool.Hello);

        Assert.That((decision.ModelId, decision.DecidedBy, decision.Reason), Is.EqualTo((model, decidedBy, reason)));
    }

    [Test]
    [Description("S12 graceful degradation under load")]
    public async Task Degradation_EndsBelowItsLowerThreshold_S12()
    {
        AdmissionLimiter limiter = Limiter(10, static settings => settings with { DegradeAbove = 0.8, DegradeBelow = 0.5 });
        using RoutingChatClient client = Degrading(limiter, complexity: 0.5);
        string before = (await client.Router.DecideAsync(Pool.Hello)).ModelId;
        await Busy(limiter, 10);
        string high = (await client.Router.DecideAsync(Pool.Hello)).ModelId;
        for (int i = 0; i < 4; i++)
        {
            limiter.Release();
        }

        _clock.Advance(TimeSpan.FromMinutes(10));
        RoutingDecision between = await client.Router.DecideAsync(Pool.Hello);
        limiter.Release();
        limiter.Release();
        _clock.Advance(TimeSpan.FromMinutes(10));
        string low = (await client.Router.DecideAsync(Pool.Hello)).ModelId;

        Assert.That((before, high, between.ModelId, low), Is.EqualTo(("medium", "small", "small", "medium")));
        Assert.That(between.Reason, Is.EqualTo("load 0.60 has not fallen to 0.5 yet: what is not complex goes to fast"));
    }

    [Test]
    public void Limiter_IsFoundOnTheClient()
    {
        AdmissionLimiter limiter = Limiter(3);
        using RoutingChatClient with = Build(limiter, new FakeChatClient());
        using RoutingChatClient without = Pool.InOrder(new FakeChatClient());

        Assert.That(with.GetService(typeof(AdmissionLimiter)), Is.SameAs(limiter));
        Assert.That(without.GetService(typeof(AdmissionLimiter)), Is.Null);
    }

    private RoutingChatClient Build(AdmissionLimiter limiter, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), clients);
        pipeline.TimeProvider = _clock;
        pipeline.Admission = limiter;
        return pipeline.Build();
    }

    private RoutingChatClient Degrading(AdmissionLimiter limiter, double complexity) => new RoutingPipeline
    {
        Models = Make.Ladder(),
        TimeProvider = _clock,
        Admission = limiter,
        Classifiers = [new FakeClassifier(complexity)],
    }.Build();

    private async Task Busy(AdmissionLimiter limiter, int places)
    {
        for (int i = 0; i < places; i++)
        {
            await limiter.EnterAsync(RequestPriority.Interactive, default);
        }

        _clock.Advance(TimeSpan.FromSeconds(9));
    }

    private AdmissionLimiter Limiter(int places, Func<AdmissionSettings, AdmissionSettings>? change = null)
    {
        AdmissionSettings settings = new() { MaxConcurrent = places };
        return new AdmissionLimiter(change is null ? settings : change(settings), _clock);
    }
}
