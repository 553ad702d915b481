using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows that a client which breaks its contract costs its own attempt, and nothing else (R1).</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HostileClientTests
{
    private static readonly ExecutionSettings Settings = new()
    {
        AttemptTimeout = TimeSpan.FromSeconds(2),
        FirstTokenTimeout = TimeSpan.FromSeconds(2),
        IdleTimeout = TimeSpan.FromSeconds(2),
    };

    private readonly ManualTimeProvider _clock = new();
    private readonly RecordingObserver _observer = new();

    [Test]
    [Description("R5 a client whose cancellation callback throws is timed out like any other")]
    public void ThrowingCancellationCallback_IsNobodysProblem_R5([Values] bool streaming)
    {
        using RoutingChatClient client = Build(Settings, ThrowingWhenCancelled(), new FakeChatClient("second"));

        ChatResponse response = Run(() => client.AskAsync(streaming));

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.Timeout));
    }

    [Test]
    [Description("R6 the caller's token wins, whatever the client does about it")]
    public void ThrowingCancellationCallback_DoesNotReachTheCaller_R6([Values] bool streaming)
    {
        using RoutingChatClient client = Build(Settings, ThrowingWhenCancelled());
        using CancellationTokenSource source = new(TimeSpan.FromSeconds(1), _clock);

        Exception? error = null;
        VirtualTime.Run(_clock, async () =>
        {
            try
            {
                await client.AskAsync(streaming, cancellationToken: source.Token);
            }
            catch (Exception exception)
            {
                error = exception;
            }
        });

        Assert.That(error, Is.InstanceOf<OperationCanceledException>().With.Property("CancellationToken").EqualTo(source.Token));
        Assert.That(_observer.Outcomes.Single().Attempts.Single().Result, Is.EqualTo(AttemptResult.Cancelled));
    }

    [Test]
    [Description("R31 the loser of a race cannot take the winner's answer away")]
    public void ThrowingCancellationCallback_OfAHedgedLoser_LosesNoAnswer_R31([Values] bool streaming)
    {
        using RoutingChatClient client = Build(
            Settings with { Hedging = new() { Enabled = true, Delay = TimeSpan.FromSeconds(1), MaxShare = 1 } }, ThrowingWhenCancelled(), new FakeChatClient("second"));

        ChatResponse response = Run(() => client.AskAsync(streaming));

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.Result), Is.EqualTo(new[] { AttemptResult.Cancelled, AttemptResult.Succeeded }));
    }

    [Test]
    [Description("R1 a stream that cannot be closed holds nobody up")]
    public void StreamThatNeverCloses_IsLeftBehind_R1()
    {
        TaskCompletionSource never = new();
        FakeChatClient first = new() { OnStream = (_, _, _) => new StuckStream(new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("broken")]), never.Task) };
        using RoutingChatClient client = Build(Settings, first, new FakeChatClient("second"));
        ModelEndpoint endpoint = client.Router.Registry.Current.Models[0].Endpoints[0];

        ChatResponse response = Run(() => client.AskAsync(streaming: true));

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(endpoint.InFlight, Is.EqualTo(1), "it still uses its connection");
        VirtualTime.Run(_clock, () =>
        {
            never.SetResult();
            return Task.CompletedTask;
        });
        Assert.That(endpoint.InFlight, Is.Zero);
    }

    [Test]
    [Description("R3 a caller who has the whole answer is not held up by a stream that cannot be closed")]
    public void AnsweredStreamThatNeverCloses_EndsForItsReader_R3()
    {
        FakeChatClient only = new() { OnStream = static (_, _, _) => new StuckStream(Pool.Text("part", ChatFinishReason.Stop), new TaskCompletionSource().Task) };
        using RoutingChatClient client = Build(Settings, only);

        ChatResponse response = Run(() => client.AskAsync(streaming: true));

        Assert.That(response.Text, Is.EqualTo("part"));
        Assert.That(_observer.Outcomes.Single().Answer?.Result, Is.EqualTo(AttemptResult.Succeeded));
    }

    [Test]
    [Description("R1 no answer at all is a malformed one")]
    public void NullAnswer_IsFailedOverFrom_R1()
    {
        using RoutingChatClient client = Build(Settings, new FakeChatClient(static (_, _, _) => Task.FromResult<ChatResponse>(null!)), new FakeChatClient("second"));

        ChatResponse response = Run(() => client.AskAsync(streaming: false));

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.MalformedResponse));
        Assert.That(client.Router.Registry.Current.Models[0].Endpoints[0].InFlight, Is.Zero);
    }

    [Test]
    [Description("R3 an update that is none breaks the stream: before its first content for the router, after it for the caller")]
    public void NullUpdate_BreaksTheStream_R3([Values] bool afterContent)
    {
        FakeChatClient first = new() { OnStream = (_, _, _) => Updates(afterContent ? [Pool.Text("part"), null!] : [Pool.RoleOnly, null!]) };
        using RoutingChatClient client = Build(Settings, first, new FakeChatClient("second"));

        RouteFailedException? error = null;
        string? text = null;
        VirtualTime.Run(_clock, async () =>
        {
            try
            {
                text = (await client.AskAsync(streaming: true)).Text;
            }
            catch (RouteFailedException exception)
            {
                error = exception;
            }
        });

        RoutingAttempt attempt = _observer.Outcomes.Single().Attempts[0];
        Assert.That((attempt.Result, attempt.Failure), Is.EqualTo((afterContent ? AttemptResult.Truncated : AttemptResult.Failed, (FailureKind?)FailureKind.MalformedResponse)));
        Assert.That(text, Is.EqualTo(afterContent ? null : "second"));
        Assert.That(error?.Kind, Is.EqualTo(afterContent ? FailureKind.MalformedResponse : (FailureKind?)null));
    }

    [Test]
    [Description("R1 what comes before the first content is bounded")]
    public void EndlessUpdatesWithoutContent_AreCutOff_R1()
    {
        int sent = 0;
        FakeChatClient first = new()
        {
            OnStream = (_, _, _) => Endless(() =>
            {
                sent++;
                return Pool.RoleOnly;
            }),
        };
        using RoutingChatClient client = Build(Settings with { Hold = new() { MaxUpdates = 1_000 } }, first, new FakeChatClient("second"));

        ChatResponse response = Run(() => client.AskAsync(streaming: true));

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(sent, Is.InRange(1_000, 1_002));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.MalformedResponse));
    }

    [Test]
    [Description("R5 the time for the first content holds for updates that are there already")]
    public void UpdatesWithoutContentThatNeverWait_AreCutOffInTime_R5()
    {
        FakeChatClient first = new()
        {
            OnStream = (_, _, _) => Endless(() =>
            {
                _clock.Advance(TimeSpan.FromSeconds(0.5));
                return Pool.RoleOnly;
            }),
        };
        using RoutingChatClient client = Build(Settings, first, new FakeChatClient("second"));

        ChatResponse response = Run(() => client.AskAsync(streaming: true));

        RoutingAttempt attempt = response.GetRoutingOutcome()!.Attempts[0];
        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That((attempt.Failure, attempt.Reason), Is.EqualTo(((FailureKind?)FailureKind.Timeout, LimitException.FirstToken)));
        Assert.That(attempt.Elapsed, Is.InRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)));
    }

    [Test]
    [Description("R6 the caller's cancellation ends a stream whose updates never have to be waited for, before its first content and after it")]
    public async Task Cancellation_EndsAStreamThatNeverWaits_R6([Values] bool hasContent)
    {
        using CancellationTokenSource source = new();
        int sent = 0;
        FakeChatClient endless = new()
        {
            OnStream = (_, _, _) => Endless(() =>
            {
                if (++sent == 5)
                {
                    source.Cancel();
                }

                return sent > 10_000 ? throw new InvalidOperationException("Nobody stopped it.") : hasContent ? Pool.Text("x") : Pool.RoleOnly;
            }),
        };
        using RoutingChatClient client = Build(Settings, endless);

        OperationCanceledException? error = await Assert.ThrowsAsync<OperationCanceledException>(() => client.AskAsync(streaming: true, cancellationToken: source.Token));

        Assert.That(error!.CancellationToken, Is.EqualTo(source.Token));
        Assert.That(sent, Is.EqualTo(5));
        Assert.That(_observer.Outcomes.Single().Attempts.Single().Failure, Is.EqualTo(FailureKind.CallerCancelled));
    }

    private static FakeChatClient ThrowingWhenCancelled() => new(static async (_, _, cancellationToken) =>
    {
        TaskCompletionSource<ChatResponse> never = new();
        await using CancellationTokenRegistration registration = cancellationToken.Register(static () => throw new InvalidOperationException("A callback of the client."));
        return await never.Task;
    });

    private static async IAsyncEnumerable<ChatResponseUpdate> Updates(ChatResponseUpdate[] updates)
    {
        await Task.CompletedTask;
        foreach (ChatResponseUpdate update in updates)
        {
            yield return update;
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Endless(Func<ChatResponseUpdate> next)
    {
        await Task.CompletedTask;
        while (true)
        {
            yield return next();
        }
    }

    private RoutingChatClient Build(ExecutionSettings settings, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(settings, clients);
        pipeline.TimeProvider = _clock;
        pipeline.Observers = [_observer];
        return pipeline.Build();
    }

    private ChatResponse Run(Func<Task<ChatResponse>> ask)
    {
        ChatResponse? response = null;
        VirtualTime.Run(_clock, async () => response = await ask());
        return response!; // not null: an exception would have come through
    }

    /// <summary>Is a stream of one update that takes until a task ends to be closed.</summary>
    private sealed class StuckStream(ChatResponseUpdate update, Task closed) : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
    {
        private int _moves;

        public ChatResponseUpdate Current => update;

        public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync() => new(_moves++ == 0);

        public ValueTask DisposeAsync() => new(closed);
    }
}
