using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows that each guard of a request has its own limit and its own reason, on virtual time (R5).</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DeadlineTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task StreamThatDoesNotBegin_IsLeftAfterOpenTimeout_R5()
    {
        RoutingAttempt attempt = await FirstAttemptAsync(
            new ExecutionSettings { OpenTimeout = TimeSpan.FromSeconds(2) }, FakeChatClient.Streaming(TimeSpan.MaxValue));

        Assert.That((attempt.Failure, attempt.Elapsed), Is.EqualTo(((FailureKind?)FailureKind.Timeout, TimeSpan.FromSeconds(2))));
        Assert.That(attempt.Reason, Is.EqualTo(LimitException.Open));
    }

    [Test]
    public async Task StreamThatBeginsAndBringsNothing_IsLeftAfterFirstTokenTimeout_R5()
    {
        RoutingAttempt attempt = await FirstAttemptAsync(
            new ExecutionSettings { OpenTimeout = TimeSpan.FromSeconds(2), FirstTokenTimeout = TimeSpan.FromSeconds(5) },
            FakeChatClient.Streaming(Pool.RoleOnly, TimeSpan.MaxValue));

        Assert.That((attempt.Reason, attempt.Elapsed), Is.EqualTo((LimitException.FirstToken, TimeSpan.FromSeconds(5))));
    }

    [Test]
    public async Task StreamThatFallsSilent_IsCutOffAfterIdleTimeout_R5()
    {
        RoutingAttempt attempt = await BrokenAttemptAsync(
            new ExecutionSettings { IdleTimeout = TimeSpan.FromSeconds(3) }, FakeChatClient.Streaming(Pool.Text("a"), TimeSpan.MaxValue));

        Assert.That((attempt.Result, attempt.Failure, attempt.Reason), Is.EqualTo((AttemptResult.Truncated, (FailureKind?)FailureKind.Timeout, LimitException.Idle)));
    }

    [Test]
    public async Task StreamThatTakesTooLongAltogether_IsCutOffAfterStreamTimeout_R5()
    {
        RoutingAttempt attempt = await BrokenAttemptAsync(
            new ExecutionSettings { StreamTimeout = TimeSpan.FromSeconds(30) }, Trickling(TimeSpan.FromSeconds(4), "some words"));

        Assert.That((attempt.Reason, attempt.Elapsed), Is.EqualTo((LimitException.Stream, TimeSpan.FromSeconds(30))));
    }

    [Test]
    public async Task StreamThatTricklesBelowTheLowestRate_IsCutOff_R5()
    {
        RoutingAttempt attempt = await BrokenAttemptAsync(
            new ExecutionSettings { MinCharactersPerSecond = 5 }, Trickling(TimeSpan.FromSeconds(4), "ten chars."));

        Assert.That((attempt.Result, attempt.Failure, attempt.Reason), Is.EqualTo((AttemptResult.Truncated, (FailureKind?)FailureKind.Timeout, LimitException.Rate)));
        Assert.That(attempt.Elapsed, Is.EqualTo(TimeSpan.FromSeconds(24)), "the second look, twelve seconds after the first");
    }

    [Test]
    public async Task StreamAboveTheLowestRate_RunsToItsEnd_HoweverSlowItsReader()
    {
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { MinCharactersPerSecond = 2 }, Trickling(TimeSpan.FromSeconds(4), "ten chars.", count: 20));
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();
        await using IAsyncEnumerator<ChatResponseUpdate> stream = client.GetStreamingResponseAsync(Pool.Hello).GetAsyncEnumerator();
        int texts = 0;
        for (Task<bool> next = stream.MoveNextAsync().AsTask(); await DoneAsync(next); next = stream.MoveNextAsync().AsTask())
        {
            texts += stream.Current.Text.Length > 0 ? 1 : 0;
            _clock.Advance(TimeSpan.FromMinutes(1)); // the reader
        }

        Assert.That(texts, Is.EqualTo(20));
    }

    [Test]
    public async Task LimitsOfATier_HoldForItsModels_S1([Values] bool streaming)
    {
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings
            {
                Tiers = new Dictionary<string, TimeoutSettings>
                {
                    ["fast"] = new() { AttemptTimeout = TimeSpan.FromSeconds(1), FirstTokenTimeout = TimeSpan.FromSeconds(1) },
                }.ToFrozenDictionary(),
            },
            FakeChatClient.Hanging(), FakeChatClient.Hanging(), new FakeChatClient("third"));
        pipeline.Models =
        [
            pipeline.Models[0] with { Profile = Pool.Profile("m1") with { Tier = "fast" } },
            pipeline.Models[1] with { Profile = Pool.Profile("m2") with { Tier = "frontier" } },
            pipeline.Models[2],
        ];
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming);
        await DoneAsync(pending);

        Assert.That(
            (await pending).GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.Elapsed.TotalSeconds),
            Is.EqualTo(new[] { 1, streaming ? 20.0 : 60, 0 }));
    }

    [Test]
    public async Task TotalTimeoutOfATier_HoldsForRequestsThatItWasChosenFor_S1([Values] bool streaming)
    {
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { Tiers = new Dictionary<string, TimeoutSettings> { ["fast"] = new() { TotalTimeout = TimeSpan.FromSeconds(3) } }.ToFrozenDictionary() },
            FakeChatClient.Hanging());
        pipeline.Models = [pipeline.Models[0] with { Profile = Pool.Profile("m1") with { Tier = "fast" } }];
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming);
        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(async () => await DoneAsync(pending));

        Assert.That(error!.Outcome!.Attempts[0].Reason, Is.EqualTo(LimitException.Total));
        Assert.That(error.Outcome.Elapsed, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    private async Task<RoutingAttempt> FirstAttemptAsync(ExecutionSettings settings, FakeChatClient first)
    {
        using RoutingChatClient client = Build(settings, first, new FakeChatClient("second"));
        Task<ChatResponse> pending = client.AskAsync(streaming: true);
        await DoneAsync(pending);
        Assert.That((await pending).Text, Is.EqualTo("second"));
        return (await pending).GetRoutingOutcome()!.Attempts[0];
    }

    private async Task<RoutingAttempt> BrokenAttemptAsync(ExecutionSettings settings, FakeChatClient only)
    {
        using RoutingChatClient client = Build(settings, only);
        Task<ChatResponse> pending = client.AskAsync(streaming: true);
        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(async () => await DoneAsync(pending));
        return error!.Outcome!.Attempts.Single();
    }

    private RoutingChatClient Build(ExecutionSettings settings, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(settings, clients);
        pipeline.TimeProvider = _clock;
        return pipeline.Build();
    }

    private FakeChatClient Trickling(TimeSpan pause, string text, int count = int.MaxValue)
    {
        return new FakeChatClient { OnStream = (_, _, cancellationToken) => StreamAsync(cancellationToken) };

        async IAsyncEnumerable<ChatResponseUpdate> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (int i = 0; i < count; i++)
            {
                await Task.Delay(pause, _clock, cancellationToken);
                yield return Pool.Text(text);
            }

            yield return Pool.End();
        }
    }

    // The clock moves only while somebody waits on it, a second at a time.
    private async Task<T> DoneAsync<T>(Task<T> pending)
    {
        while (!pending.IsCompleted)
        {
            if (_clock.ActiveTimers > 0)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Yield();
        }

        return await pending;
    }
}
