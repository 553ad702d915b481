using System.Net;
using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows what health, limits and retries do to a request, in both modes.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ReliabilityTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task DeadEndpoint_IsPassedOverAfterThreeFailures_AndTriedAgainLater([Values] bool streaming)
    {
        bool isDown = true;
        FakeChatClient first = new((_, _, _) => isDown ? Task.FromException<ChatResponse>(new IOException()) : Task.FromResult(FakeChatClient.Answer("first")));
        RecordingLoggerFactory logs = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), first, new FakeChatClient("second"));
        pipeline.TimeProvider = _clock;
        pipeline.LoggerFactory = logs;
        RecordingHealthObserver observer = new();
        pipeline.HealthObservers = [observer];
        using RoutingChatClient client = pipeline.Build();

        for (int i = 0; i < 10; i++)
        {
            Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("second"));
        }

        Assert.That(first.Calls, Has.Count.EqualTo(3));
        RoutingAttempt skip = (await client.AskAsync(streaming)).GetRoutingOutcome()!.Attempts[0];
        Assert.That((skip.Result, skip.Failure, skip.RetryAfter), Is.EqualTo((AttemptResult.Skipped, (FailureKind?)FailureKind.CircuitOpen, (TimeSpan?)TimeSpan.FromSeconds(5))));
        Assert.That(pipeline.Models[0].Endpoints[0].Health.State, Is.EqualTo(CircuitState.Open));

        isDown = false;
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("first"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("first"));

        Assert.That(observer.Changes, Is.EqualTo(new[] { CircuitState.Open, CircuitState.HalfOpen, CircuitState.RampUp, CircuitState.Closed }));
        Assert.That(logs.Of(EventIds.CircuitOpened).Count(), Is.EqualTo(1));
        Assert.That(logs.Of(EventIds.CircuitRecovered).Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task RateLimitedEndpoint_RestsForRetryAfter_AndTheNextRouteGoesNow_R8([Values] bool streaming)
    {
        FakeChatClient first = FakeChatClient.Throwing(static () => new ProviderException(FailureKind.RateLimited, "slow down") { RetryAfter = TimeSpan.FromSeconds(30) });
        using RoutingChatClient client = Build(new ExecutionSettings(), first, new FakeChatClient("second"));

        await client.AskAsync(streaming);
        await client.AskAsync(streaming);
        _clock.Advance(TimeSpan.FromSeconds(29));
        await client.AskAsync(streaming);
        Assert.That(first.Calls, Has.Count.EqualTo(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await client.AskAsync(streaming);

        Assert.That(first.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task EverythingPassedOver_TheLeastBadIsTried_OrTheRequestFails_R13([Values] bool streaming, [Values] AllOpenPolicy policy)
    {
        bool isDown = true;
        Func<Exception> wrongKey = static () => new HttpRequestException("key", null, HttpStatusCode.Unauthorized);
        FakeChatClient misconfigured = FakeChatClient.Throwing(wrongKey);
        FakeChatClient broken = new((_, _, _) => isDown ? Task.FromException<ChatResponse>(new IOException()) : Task.FromResult(FakeChatClient.Answer("back")));
        using RoutingChatClient client = Build(
            new ExecutionSettings { Health = new HealthSettings { WhenAllOpen = policy, ConsecutiveFailures = 1 } }, misconfigured, broken);
        await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));
        isDown = false;
        int calls = misconfigured.Calls.Count;

        if (policy == AllOpenPolicy.FailFast)
        {
            RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));
            Assert.That(error!.Kind, Is.EqualTo(FailureKind.CircuitOpen));
            Assert.That(error.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(broken.Calls, Has.Count.EqualTo(1));
        }
        else
        {
            Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("back"));
        }

        Assert.That(misconfigured.Calls, Has.Count.EqualTo(calls), "a wrong key is the worst of them");
    }

    [Test]
    public async Task OnlyHealthyTarget_ServesEveryRequest([Values] bool streaming)
    {
        using RoutingChatClient client = Build(
            new ExecutionSettings(),
            FakeChatClient.Throwing(static () => new IOException()),
            FakeChatClient.Throwing(static () => new HttpRequestException("full", null, HttpStatusCode.ServiceUnavailable)),
            new FakeChatClient("third"));

        for (int i = 0; i < 200; i++)
        {
            Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("third"));
            _clock.Advance(TimeSpan.FromSeconds(0.7));
        }
    }

    [Test]
    public async Task StreamThatDiesAfterItsCommit_CountsAsAFailure_R3()
    {
        FakeChatClient dying = FakeChatClient.Streaming(Pool.Text("part"), new IOException());
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { Health = new HealthSettings { ConsecutiveFailures = 2 } }, dying);
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();

        await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming: true));
        Assert.That(pipeline.Models[0].Endpoints[0].Health, Is.EqualTo(new EndpointHealthSnapshot(CircuitState.Closed, null, FailureKind.Network, 1)));
        await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming: true));

        Assert.That(pipeline.Models[0].Endpoints[0].Health.State, Is.EqualTo(CircuitState.Open));
    }

    [Test]
    public async Task CallersOwnErrors_NeverCount_R12([Values] bool streaming)
    {
        FakeChatClient strict = FakeChatClient.Throwing(static () => new HttpRequestException("bad", null, HttpStatusCode.BadRequest));
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), strict);
        using RoutingChatClient client = pipeline.Build();

        for (int i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));
        }

        Assert.That(pipeline.Models[0].Endpoints[0].Health, Is.EqualTo(default(EndpointHealthSnapshot)));
    }

    [Test]
    public async Task EndpointOverItsLimit_IsSkipped_AndTheNextRouteGoesNow_R8_R19([Values] bool streaming)
    {
        FakeChatClient limited = new("limited");
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), limited, new FakeChatClient("second"));
        pipeline.Models = [new(Pool.Profile("m1"), new ModelEndpoint(limited) { Load = new() { RequestsPerMinute = 2 } }), pipeline.Models[1]];
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();

        string[] answers = [(await client.AskAsync(streaming)).Text, (await client.AskAsync(streaming)).Text];
        ChatResponse third = await client.AskAsync(streaming);

        Assert.That(answers, Is.EqualTo(new[] { "limited", "limited" }));
        Assert.That(third.Text, Is.EqualTo("second"));
        Assert.That(third.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.RateLimited));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("limited"));
    }

    [Test]
    public async Task EndpointOverItsLimit_IsWaitedFor_WhenNothingElseIsLeft_R8([Values] bool streaming, [Values(0, 30)] int maxWait)
    {
        FakeChatClient limited = new("limited");
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { MaxLimitWait = TimeSpan.FromSeconds(maxWait) }, limited);
        pipeline.Models = [new(Pool.Profile("m1"), new ModelEndpoint(limited) { Load = new() { RequestsPerMinute = 3 } })];
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();
        for (int i = 0; i < 3; i++)
        {
            await client.AskAsync(streaming);
        }

        Task<ChatResponse> fourth = client.AskAsync(streaming);

        if (maxWait == 0)
        {
            RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => fourth);
            Assert.That((error!.Kind, error.RetryAfter), Is.EqualTo((FailureKind.RateLimited, (TimeSpan?)TimeSpan.FromSeconds(20))));
            return;
        }

        Assert.That(fourth.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.That((await fourth).Text, Is.EqualTo("limited"));
    }

    [Test]
    public async Task WhatAServiceSaysOfItsLimits_IsHeeded_R19([Values] bool streaming)
    {
        FakeChatClient telling = new((_, _, _) =>
        {
            ChatResponse answer = FakeChatClient.Answer("telling");
            answer.AdditionalProperties = new() { [RateLimitState.Key] = new RateLimitState { RemainingRequests = 0, RequestsResetAfter = TimeSpan.FromSeconds(9) } };
            return Task.FromResult(answer);
        });
        using RoutingChatClient client = Build(new ExecutionSettings(), telling, new FakeChatClient("second"));

        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("telling"));
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("second"));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("telling"));
    }

    [Test]
    [Description("R19 what a service says is left counts its own calls already: settling a call does not change it once more")]
    public async Task WhatAServiceSaysOfItsTokens_HoldsWhenTheCallIsSettled_R19([Values] bool streaming)
    {
        long left = 300;
        FakeChatClient telling = new((_, _, _) =>
        {
            ChatResponse answer = FakeChatClient.Answer("telling");
            answer.AdditionalProperties = new() { [RateLimitState.Key] = new RateLimitState { RemainingTokens = left, TokensResetAfter = TimeSpan.FromSeconds(9) } };
            left = 40;
            return Task.FromResult(answer);
        });
        using RoutingChatClient client = Build(new ExecutionSettings(), telling, new FakeChatClient("second"));

        // A call reserves some 260 tokens, and uses 15.
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("telling"));
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("telling"), "300 are left");
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("second"), "40 are left, whatever was reserved before");
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("telling"));
    }

    [Test]
    public async Task FullEndpoint_IsSkipped_AndCallsThatNobodyWaitsForFillIt()
    {
        TaskCompletionSource<ChatResponse> stuck = new();
        FakeChatClient first = new((_, _, _) => stuck.Task);
        ModelEndpoint endpoint = new(first) { Load = new() { MaxInFlight = 1 } };
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { AttemptTimeout = TimeSpan.FromSeconds(2) }, first, new FakeChatClient("second"));
        pipeline.Models = [new(Pool.Profile("m1"), endpoint), pipeline.Models[1]];
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.GetResponseAsync(Pool.Hello);
        _clock.Advance(TimeSpan.FromSeconds(2));
        RoutingOutcome timedOut = (await pending).GetRoutingOutcome()!;
        RoutingOutcome full = (await client.GetResponseAsync(Pool.Hello)).GetRoutingOutcome()!;

        Assert.That(timedOut.Attempts[0].Reason, Does.Contain("AttemptTimeout"));
        Assert.That(full.Attempts[0].Reason, Does.Contain("MaxInFlight"));
        Assert.That(endpoint.InFlight, Is.EqualTo(1));
        stuck.SetResult(FakeChatClient.Answer("late"));
        Assert.That(endpoint.InFlight, Is.Zero);
    }

    [Test]
    public async Task Retry_SendsTheRequestAgain_BeforeOthersAreAsked_WhenTheNetworkFailed_R6([Values] bool streaming, [Values(0, 1)] int maxRetries)
    {
        int calls = 0;
        FakeChatClient flaky = new((_, _, _) => ++calls == 1 ? Task.FromException<ChatResponse>(new IOException()) : Task.FromResult(FakeChatClient.Answer("again")));
        using RoutingChatClient client = Build(new ExecutionSettings { MaxRetries = maxRetries, RetryDelay = TimeSpan.Zero }, flaky, new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo(maxRetries == 0 ? "second" : "again"));
        Assert.That(response.GetRoutingOutcome()!.Attempts, Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Retry_WaitsForRetryAfter_WhenNobodyElseIsLeft_R8([Values] bool streaming)
    {
        int calls = 0;
        FakeChatClient limited = new((_, _, _) => ++calls == 1
            ? Task.FromException<ChatResponse>(new ProviderException(FailureKind.RateLimited, "wait") { RetryAfter = TimeSpan.FromSeconds(2) })
            : Task.FromResult(FakeChatClient.Answer("again")));
        using RoutingChatClient client = Build(new ExecutionSettings { MaxRetries = 1 }, limited);

        Task<ChatResponse> pending = client.AskAsync(streaming);
        Assert.That(pending.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.That((await pending).Text, Is.EqualTo("again"));
    }

    [TestCase(HttpStatusCode.Unauthorized)]
    [TestCase(HttpStatusCode.BadRequest)]
    [TestCase(HttpStatusCode.NotFound)]
    public async Task Retry_IsNotMade_OfWhatWouldFailAgain_R6(HttpStatusCode status)
    {
        foreach (bool streaming in new[] { false, true })
        {
            FakeChatClient failing = FakeChatClient.Throwing(() => new HttpRequestException("no", null, status));
            using RoutingChatClient client = Build(new ExecutionSettings { MaxRetries = 5, RetryDelay = TimeSpan.Zero }, failing);

            await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

            Assert.That(failing.Calls, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Retries_StayWithinTheBudgetOfAttempts_R6([Values] bool streaming)
    {
        FakeChatClient failing = FakeChatClient.Throwing(static () => new IOException());
        using RoutingChatClient client = Build(
            new ExecutionSettings { MaxRetries = 50, MaxAttempts = 4, RetryDelay = TimeSpan.Zero, Health = new HealthSettings { ConsecutiveFailures = 0 } }, failing);

        await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(failing.Calls, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task EndpointsOfOneModel_ShareItsCalls([Values] bool streaming)
    {
        FakeChatClient[] clients = [Taking(1), Taking(1), Taking(2)];
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), clients[0]);
        pipeline.Models = [new(Pool.Profile("m1"), [.. clients.Select(static (client, i) => new ModelEndpoint(client, $"e{i}"))])];
        pipeline.TimeProvider = _clock;
        pipeline.Seed = 7;
        using RoutingChatClient client = pipeline.Build();

        for (int i = 0; i < 60; i++)
        {
            await client.AskAsync(streaming);
        }

        Assert.That(clients.Select(static fake => fake.Calls.Count), Has.All.GreaterThan(0), "each is called now and then, the slow one too");
        Assert.That(clients.Take(2).Select(static fake => fake.Calls.Count), Has.All.GreaterThan(15));

        FakeChatClient Taking(int seconds) => new((_, _, _) =>
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            return Task.FromResult(FakeChatClient.Answer("ok"));
        });
    }

    [Test]
    public async Task EndpointOrderInOrder_CallsTheFirst_AsLongAsItWorks([Values] bool streaming)
    {
        FakeChatClient second = new("b");
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { EndpointOrder = EndpointOrder.InOrder }, second);
        pipeline.Models = [new(Pool.Profile("m1"), [new ModelEndpoint(new FakeChatClient("a"), "a"), new ModelEndpoint(second, "b")])];
        using RoutingChatClient client = pipeline.Build();

        for (int i = 0; i < 10; i++)
        {
            await client.AskAsync(streaming);
        }

        Assert.That(second.Calls, Is.Empty);
    }

    [Test]
    public async Task LiveStream_IsMeasuredWithoutItsReadersTime()
    {
        TaskCompletionSource next = new();
        FakeChatClient slow = FakeChatClient.Streaming(Pool.Text("a"), next.Task, Pool.Text("b"), Pool.End());
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), slow);
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();
        await using IAsyncEnumerator<ChatResponseUpdate> stream = client.GetStreamingResponseAsync(Pool.Hello).GetAsyncEnumerator();

        await stream.MoveNextAsync();
        _clock.Advance(TimeSpan.FromSeconds(15)); // the reader reads
        ValueTask<bool> pending = stream.MoveNextAsync();
        _clock.Advance(TimeSpan.FromSeconds(3)); // the provider writes
        next.SetResult();
        while (await pending)
        {
            pending = stream.MoveNextAsync();
        }

        Assert.That(pipeline.Models[0].Endpoints[0].Latency, Is.EqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(pipeline.Models[0].Endpoints[0].FirstTokenLatency, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task RouterBehind_ThatIsGivenUpOn_IsPaidForAllTheSame([Values] bool stopsReading)
    {
        FakeChatClient leaf = FakeChatClient.Streaming(
            new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 1000, OutputTokenCount = 7 })]),
            Pool.Text("a"), Pool.Text("b"), stopsReading ? Pool.End() : new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("broken")]));
        using RoutingChatClient nested = Pool.InOrder(leaf);
        RecordingObserver observer = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), nested);
        pipeline.Observers = [observer];
        using RoutingChatClient client = pipeline.Build();

        if (stopsReading)
        {
            await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(Pool.Hello))
            {
                break;
            }
        }
        else
        {
            await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming: true));
        }

        Assert.That(observer.Outcomes.Single().CostUsd, Is.EqualTo(0.001028m), "1000 tokens in at 1, 7 out at 4 USD per million");
    }

    [Test]
    [Description("R6 the call that is repaired has ended, and leaves its place to the repair")]
    public async Task Repair_FitsIntoAnEndpointOfOneCall_R6([Values] bool streaming)
    {
        int calls = 0;
        FakeChatClient model = new((_, _, _) => Task.FromResult(FakeChatClient.Answer(++calls == 1 ? "bad" : "good")));
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), model);
        pipeline.Models = [new(Pool.Profile("m1"), new ModelEndpoint(model) { Load = new() { MaxInFlight = 1 } })];
        pipeline.Validators = [new RejectText("bad", "Do it right.")];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("good"));
    }

    [Test]
    [Description("R1 a retry whose endpoint is full by then waits like any other call, when nobody else is left")]
    public void Retry_WaitsForAPlace_WhenNobodyElseIsLeft_R1([Values] bool streaming)
    {
        int calls = 0;
        TaskCompletionSource<ChatResponse> other = new();
        FakeChatClient model = new((messages, _, _) =>
            messages.Single().Text == "other" ? other.Task
            : ++calls == 1 ? Task.FromException<ChatResponse>(new IOException())
            : Task.FromResult(FakeChatClient.Answer("again")));
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { MaxRetries = 1, RetryDelay = TimeSpan.FromSeconds(2) }, model);
        ModelEndpoint endpoint = new(model) { Load = new() { MaxInFlight = 1 } };
        pipeline.Models = [new(Pool.Profile("m1"), endpoint)];
        pipeline.TimeProvider = _clock;
        pipeline.Seed = 1;
        using RoutingChatClient client = pipeline.Build();

        ChatResponse? response = null;
        VirtualTime.Run(_clock, async () =>
        {
            Task<ChatResponse> retried = client.AskAsync(streaming);
            Task<ChatResponse> blocker = client.AskAsync(streaming, messages: Support.Make.Messages("other"));
            await Task.Delay(TimeSpan.FromSeconds(5), _clock);
            other.SetResult(FakeChatClient.Answer("other"));
            await blocker;
            response = await retried;
        });

        Assert.That(response!.Text, Is.EqualTo("again"));
        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.Result), Is.EqualTo(
            new[] { AttemptResult.Failed, AttemptResult.Skipped, AttemptResult.Succeeded }));
        Assert.That(endpoint.InFlight, Is.Zero);
    }

    [Test]
    [Description("R8 a service that asks for more time than the request has is not waited for")]
    public async Task RetryAfterBeyondTheDeadline_IsNotWaitedFor_R8([Values] bool streaming)
    {
        FakeChatClient limited = FakeChatClient.Throwing(static () => new ProviderException(FailureKind.Overloaded, "wait") { RetryAfter = TimeSpan.FromSeconds(4) });
        using RoutingChatClient client = Build(
            new ExecutionSettings { MaxRetries = 1, MaxRetryDelay = TimeSpan.FromSeconds(30), TotalTimeout = TimeSpan.FromSeconds(3) }, limited);

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That((error!.Kind, error.RetryAfter), Is.EqualTo((FailureKind.Overloaded, (TimeSpan?)TimeSpan.FromSeconds(4))));
        Assert.That(error.Outcome!.Elapsed, Is.EqualTo(TimeSpan.Zero));
        Assert.That(_clock.ActiveTimers, Is.Zero);
    }

    private RoutingChatClient Build(ExecutionSettings settings, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(settings, clients);
        pipeline.TimeProvider = _clock;
        return pipeline.Build();
    }

    private sealed class RecordingHealthObserver : IEndpointHealthObserver
    {
        public List<CircuitState> Changes { get; } = [];

        public void OnChanged(RoutableModel model, ModelEndpoint endpoint, in HealthChange change) => Changes.Add(change.To);
    }
}
