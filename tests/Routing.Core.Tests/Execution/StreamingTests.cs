using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

public sealed class StreamingTests
{
    private static readonly object[][] DeadBeforeContent =
    [
        ["an empty stream", Array.Empty<object>(), FailureKind.TruncatedStream],
        ["an exception at once", new object[] { new IOException() }, FailureKind.Network],
        ["role only, then an exception", new object[] { Pool.RoleOnly, new IOException() }, FailureKind.Network],
        ["role only, then the end", new object[] { Pool.RoleOnly }, FailureKind.TruncatedStream],
        ["empty text, then the end", new object[] { Pool.Text(""), Pool.End() }, FailureKind.EmptyResponse],
        ["metadata only", new object[] { new ChatResponseUpdate { ResponseId = "r", ModelId = "wire" }, new IOException() }, FailureKind.Network],
        ["usage only", new object[] { new ChatResponseUpdate(null, [new UsageContent(new UsageDetails { InputTokenCount = 3 })]), Pool.End() }, FailureKind.EmptyResponse],
        ["an error as the first content", new object[] { Pool.RoleOnly, new ChatResponseUpdate(null, [new ErrorContent("x") { ErrorCode = "overloaded_error" }]) }, FailureKind.Overloaded],
    ];

    [TestCaseSource(nameof(DeadBeforeContent))]
    public async Task StreamThatDiesBeforeContent_MovesToTheNextModel_R1(string what, object[] steps, FailureKind kind)
    {
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Streaming(steps), new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming: true);

        Assert.That(response.Text, Is.EqualTo("second"), what);
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(kind), what);
    }

    [Test]
    public async Task UpdatesBeforeTheFirstContent_AreDeliveredInOrder()
    {
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Streaming(Pool.RoleOnly, Pool.Text(""), Pool.Text("a"), Pool.Text("b"), Pool.End()));

        List<ChatResponseUpdate> updates = await client.GetStreamingResponseAsync(Pool.Hello).ToListAsync();

        Assert.That(updates, Has.Count.EqualTo(6));
        Assert.That(updates.Take(5).Select(update => update.Text), Is.EqualTo(new[] { "", "", "a", "b", "" }));
        Assert.That(updates[^1].GetRoutingOutcome()!.Attempts, Has.Length.EqualTo(1));
        Assert.That(updates[^1].MessageId, Is.Null, "else the outcome would land on the message");
    }

    private static readonly object[][] BreaksAfterContent =
    [
        ["an exception", new object[] { Pool.Text("part"), new IOException() }, FailureKind.Network],
        ["no finish reason", new object[] { Pool.Text("part") }, FailureKind.TruncatedStream],
        ["an error event", new object[] { Pool.Text("part"), new ChatResponseUpdate(null, [new ErrorContent("x")]) }, FailureKind.ServerError],
    ];

    [TestCaseSource(nameof(BreaksAfterContent))]
    public async Task StreamThatBreaksAfterContent_NeverSwitches_AndThrowsByDefault_R3_R4(string what, object[] steps, FailureKind kind)
    {
        FakeChatClient second = new("second");
        RecordingObserver observer = new();
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), FakeChatClient.Streaming(steps), second);
        pipeline.Observers = [observer];
        using RoutingChatClient client = pipeline.Build();
        List<string> seen = [];
        RouteFailedException? error = null;

        try
        {
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(Pool.Hello))
            {
                seen.Add(update.Text);
            }
        }
        catch (RouteFailedException exception)
        {
            error = exception;
        }

        Assert.That(seen, Is.EqualTo(new[] { "part" }), what);
        Assert.That(error?.Kind, Is.EqualTo(kind), what);
        Assert.That(error!.Outcome!.Attempts.Single().Result, Is.EqualTo(AttemptResult.Truncated), what);
        Assert.That(error.Outcome.Certainty, Is.EqualTo(CostCertainty.AtLeast), what);
        Assert.That(observer.Outcomes, Is.EqualTo(new[] { error.Outcome }), what);
        Assert.That(second.Calls, Is.Empty, what);
    }

    [Test]
    public async Task StreamThatBreaksAfterContent_EndsWithATruncatedOutcome_WhenConfigured_R3()
    {
        using RoutingChatClient client = Pool.InOrder(
            new ExecutionSettings { OnTruncatedStream = TruncationPolicy.End },
            FakeChatClient.Streaming(Pool.Text("part"), new IOException()));

        ChatResponse response = await client.AskAsync(streaming: true);

        RoutingOutcome outcome = response.GetRoutingOutcome()!;
        Assert.That(response.Text, Is.EqualTo("part"));
        Assert.That(outcome.Answer!.Result, Is.EqualTo(AttemptResult.Truncated));
        Assert.That(outcome.ToString(), Does.Contain("truncated"));
    }

    [Test]
    public async Task ReasoningToolCallsAndData_AreContentThatCommits_R1()
    {
        AIContent[] contents = [new TextReasoningContent("hm"), new FunctionCallContent("c", "f"), new DataContent("data:text/plain;base64,YQ==")];
        foreach (AIContent content in contents)
        {
            using RoutingChatClient client = Pool.InOrder(
                FakeChatClient.Streaming(new ChatResponseUpdate(ChatRole.Assistant, [content]), new IOException()), new FakeChatClient("second"));

            List<ChatResponseUpdate> seen = [];
            await Assert.ThrowsAsync<RouteFailedException>(async () =>
            {
                await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(Pool.Hello))
                {
                    seen.Add(update);
                }
            });

            Assert.That(seen, Has.Count.EqualTo(1), content.GetType().Name);
        }
    }

    [Test]
    public async Task SilenceBeforeContent_TimesOutAndMovesOn_R5()
    {
        ManualTimeProvider clock = new();
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { FirstTokenTimeout = TimeSpan.FromSeconds(5) },
            FakeChatClient.Streaming(Pool.RoleOnly, TimeSpan.MaxValue), new FakeChatClient("second"));
        pipeline.TimeProvider = clock;
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming: true);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(pending.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        ChatResponse response = await pending;

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.Timeout));
    }

    [Test]
    public async Task SilenceAfterContent_IsATruncatedStream_R5()
    {
        ManualTimeProvider clock = new();
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { IdleTimeout = TimeSpan.FromSeconds(3) },
            FakeChatClient.Streaming(Pool.Text("part"), TimeSpan.MaxValue), new FakeChatClient("second"));
        pipeline.TimeProvider = clock;
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming: true);
        clock.Advance(TimeSpan.FromSeconds(3.1));
        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => pending);

        Assert.That(error!.Kind, Is.EqualTo(FailureKind.Timeout));
        Assert.That(error.Outcome!.Attempts.Single().Result, Is.EqualTo(AttemptResult.Truncated));
    }

    [Test]
    public async Task SlowUpdates_WithinTheIdleLimit_AreNoFailure_R5()
    {
        ManualTimeProvider clock = new();
        TaskCompletionSource[] gates = [.. Enumerable.Range(0, 5).Select(static _ => new TaskCompletionSource())];
        object[] steps = [Pool.Text("0"), .. gates.SelectMany((gate, i) => new object[] { gate.Task, Pool.Text($"{i + 1}") }), Pool.End()];
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { IdleTimeout = TimeSpan.FromSeconds(3) }, FakeChatClient.Streaming(steps));
        pipeline.TimeProvider = clock;
        using RoutingChatClient client = pipeline.Build();

        string text = "";
        await using IAsyncEnumerator<ChatResponseUpdate> updates = client.GetStreamingResponseAsync(Pool.Hello).GetAsyncEnumerator();
        await updates.MoveNextAsync();
        foreach (TaskCompletionSource gate in gates)
        {
            text += updates.Current.Text;
            ValueTask<bool> next = updates.MoveNextAsync();
            clock.Advance(TimeSpan.FromSeconds(2.5));
            gate.SetResult();
            await next;
        }

        Assert.That(text + updates.Current.Text, Is.EqualTo("012345"));
    }

    [Test]
    public async Task StreamThatIgnoresItsCancellation_IsLeftBehind_AndDisposedWhenItEnds()
    {
        ManualTimeProvider clock = new();
        TaskCompletionSource gate = new();
        bool isDisposed = false;
        FakeChatClient stubborn = new() { OnStream = (_, _, _) => Stubborn() };
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { FirstTokenTimeout = TimeSpan.FromSeconds(1) }, stubborn, new FakeChatClient("second"));
        pipeline.TimeProvider = clock;
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming: true);
        clock.Advance(TimeSpan.FromSeconds(1.1));
        ChatResponse response = await pending;
        bool wasDisposedEarly = isDisposed;
        gate.SetResult();

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(wasDisposedEarly, Is.False);
        Assert.That(isDisposed, Is.True);

        async IAsyncEnumerable<ChatResponseUpdate> Stubborn()
        {
            try
            {
                await gate.Task;
                yield return Pool.Text("too late");
            }
            finally
            {
                isDisposed = true;
            }
        }
    }

    [Test]
    public async Task CallerWhoStopsReading_IsACancellation_AndDisposesTheStream()
    {
        bool isDisposed = false;
        RecordingObserver observer = new();
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), new FakeChatClient { OnStream = (_, _, _) => Endless() });
        pipeline.Observers = [observer];
        using RoutingChatClient client = pipeline.Build();

        await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(Pool.Hello))
        {
            break;
        }

        Assert.That(isDisposed, Is.True);
        RoutingAttempt attempt = observer.Outcomes.Single().Attempts.Single();
        Assert.That((attempt.Result, attempt.Certainty), Is.EqualTo((AttemptResult.Cancelled, CostCertainty.AtLeast)));
        Assert.That(client.Router.Registry.Current.Models[0].Endpoints[0].InFlight, Is.Zero);

        async IAsyncEnumerable<ChatResponseUpdate> Endless()
        {
            try
            {
                while (true)
                {
                    yield return Pool.Text("x");
                    await Task.Yield();
                }
            }
            finally
            {
                isDisposed = true;
            }
        }
    }

    [Test]
    public async Task AnyScriptOfFaults_ShowsTheCallerOneAttemptOnly_R2([Range(1, 40)] int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 50; round++)
        {
            FakeChatClient[] clients = [.. Enumerable.Range(0, 3).Select(model => FakeChatClient.Streaming(Script(random, model)))];
            using RoutingChatClient client = Pool.InOrder(clients);
            List<string> seen = [];
            RoutingOutcome? outcome = null;

            try
            {
                await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(Pool.Hello))
                {
                    seen.Add(update.Text);
                    outcome = update.GetRoutingOutcome() ?? outcome;
                }
            }
            catch (RouteFailedException exception)
            {
                outcome = exception.Outcome;
            }

            string[] owners = [.. string.Concat(seen).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('.')[0]).Distinct()];
            string[] order = [.. string.Concat(seen).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            Assert.That(outcome, Is.Not.Null);
            Assert.That(owners, Has.Length.LessThanOrEqualTo(1));
            Assert.That(owners, Is.EqualTo(outcome!.ModelId is null ? [] : new[] { outcome.ModelId }), "the record names who was seen");
            Assert.That(order, Is.Unique);
            Assert.That(outcome.Attempts, Has.Length.InRange(1, 3));
        }
    }

    /// <summary>Writes updates "m1.0 ", "m1.1 " … with faults among them.</summary>
    private static object[] Script(Random random, int model)
    {
        List<object> steps = [];
        if (random.Next(2) == 0)
        {
            steps.Add(Pool.RoleOnly);
        }

        for (int i = 0; i < random.Next(4); i++)
        {
            steps.Add(random.Next(4) == 0 ? Pool.Text("") : Pool.Text($"m{model + 1}.{i} "));
        }

        switch (random.Next(4))
        {
            case 0:
                steps.Add(new IOException("cut"));
                break;
            case 1:
                steps.Add(new ChatResponseUpdate(null, [new ErrorContent("error")]));
                break;
            case 2:
                steps.Add(Pool.End());
                break;
        }

        return [.. steps];
    }

    [Test]
    public async Task SilenceAfterSlowContent_EndsAtTheShorterIdleLimit_R5()
    {
        ManualTimeProvider clock = new();
        TaskCompletionSource gate = new();
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { FirstTokenTimeout = TimeSpan.FromSeconds(20), IdleTimeout = TimeSpan.FromSeconds(3) },
            FakeChatClient.Streaming(gate.Task, Pool.Text("part"), TimeSpan.MaxValue));
        pipeline.TimeProvider = clock;
        using RoutingChatClient client = pipeline.Build();

        await using IAsyncEnumerator<ChatResponseUpdate> updates = client.GetStreamingResponseAsync(Pool.Hello).GetAsyncEnumerator();
        ValueTask<bool> first = updates.MoveNextAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        gate.SetResult();
        await first;
        Task<bool> silent = updates.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That(silent.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(0.2));

        // The timer that was started for the first content must not delay the idle limit.
        await Assert.ThrowsAsync<RouteFailedException>(() => silent.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task TimerThatFiresAsAnUpdateComes_DoesNotEndTheNextWait()
    {
        RacingTimeProvider clock = new();
        TaskCompletionSource first = new();
        TaskCompletionSource second = new();
        FakeChatClient source = FakeChatClient.Streaming(first.Task, Pool.Text("a"), second.Task, Pool.Text("b"), Pool.End());
        await using StreamGuard guard = new(new ModelEndpoint(source), Pool.Hello, null, clock, CancellationToken.None);
        guard.SetLimit(TimeSpan.FromSeconds(3), LimitException.Idle);
        Task<bool> next = guard.MoveNextAsync().AsTask();
        Task<bool>? afterNext = null;

        // Between the timer's look at the clock and what it does next, the update comes and the reader waits for another.
        clock.OnTimestamp = () =>
        {
            first.SetResult();
            next.Wait();
            afterNext = guard.MoveNextAsync().AsTask();
        };
        clock.Advance(TimeSpan.FromSeconds(3));
        second.SetResult();

        Assert.That(await next, Is.True);
        Assert.That(await afterNext!, Is.True);
    }

    private sealed class RacingTimeProvider : TimeProvider
    {
        private readonly ManualTimeProvider _inner = new();
        private bool _isAdvancing;

        public Action? OnTimestamp { get; set; }

        public override long TimestampFrequency => _inner.TimestampFrequency;

        public void Advance(TimeSpan time)
        {
            _isAdvancing = true;
            _inner.Advance(time);
        }

        public override long GetTimestamp()
        {
            long now = _inner.GetTimestamp();
            if (_isAdvancing && OnTimestamp is { } racing)
            {
                OnTimestamp = null;
                racing();
            }

            return now;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _inner.CreateTimer(callback, state, dueTime, period);
    }
}
