using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using LlmRouting.Core.Tests.Chaos;
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
    public void StreamThatDoesNotBegin_IsLeftAfterOpenTimeout_R5()
    {
        RoutingAttempt attempt = FirstAttempt(
            new ExecutionSettings { OpenTimeout = TimeSpan.FromSeconds(2) }, FakeChatClient.Streaming(TimeSpan.MaxValue));

        Assert.That((attempt.Failure, attempt.Elapsed), Is.EqualTo(((FailureKind?)FailureKind.Timeout, TimeSpan.FromSeconds(2))));
        Assert.That(attempt.Reason, Is.EqualTo(LimitException.Open));
    }

    [Test]
    public void StreamThatBeginsAndBringsNothing_IsLeftAfterFirstTokenTimeout_R5()
    {
        RoutingAttempt attempt = FirstAttempt(
            new ExecutionSettings { OpenTimeout = TimeSpan.FromSeconds(2), FirstTokenTimeout = TimeSpan.FromSeconds(5) },
            FakeChatClient.Streaming(Pool.RoleOnly, TimeSpan.MaxValue));

        Assert.That((attempt.Reason, attempt.Elapsed), Is.EqualTo((LimitException.FirstToken, TimeSpan.FromSeconds(5))));
    }

    [Test]
    public void StreamThatFallsSilent_IsCutOffAfterIdleTimeout_R5()
    {
        RoutingAttempt attempt = BrokenAttempt(
            new ExecutionSettings { IdleTimeout = TimeSpan.FromSeconds(3) }, FakeChatClient.Streaming(Pool.Text("a"), TimeSpan.MaxValue));

        Assert.That((attempt.Result, attempt.Failure, attempt.Reason), Is.EqualTo((AttemptResult.Truncated, (FailureKind?)FailureKind.Timeout, LimitException.Idle)));
    }

    [Test]
    public void StreamThatTakesTooLongAltogether_IsCutOffAfterStreamTimeout_R5()
    {
        RoutingAttempt attempt = BrokenAttempt(
            new ExecutionSettings { StreamTimeout = TimeSpan.FromSeconds(30) }, Trickling(TimeSpan.FromSeconds(4), "some words"));

        Assert.That((attempt.Reason, attempt.Elapsed), Is.EqualTo((LimitException.Stream, TimeSpan.FromSeconds(30))));
    }

    [Test]
    public void StreamThatTricklesBelowTheLowestRate_IsCutOff_R5()
    {
        RoutingAttempt attempt = BrokenAttempt(
            new ExecutionSettings { MinCharactersPerSecond = 5 }, Trickling(TimeSpan.FromSeconds(4), "ten chars."));

        Assert.That((attempt.Result, attempt.Failure, attempt.Reason), Is.EqualTo((AttemptResult.Truncated, (FailureKind?)FailureKind.Timeout, LimitException.Rate)));
        Assert.That(attempt.Elapsed, Is.EqualTo(TimeSpan.FromSeconds(24)), "the second look, twelve seconds after the first");
    }

    [Test]
    public void StreamAboveTheLowestRate_RunsToItsEnd_HoweverSlowItsReader()
    {
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { MinCharactersPerSecond = 2 }, Trickling(TimeSpan.FromSeconds(4), "ten chars.", count: 20));
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();
        int texts = 0;
        VirtualTime.Run(_clock, async () =>
        {
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(Pool.Hello))
            {
                texts += update.Text.Length > 0 ? 1 : 0;
                _clock.Advance(TimeSpan.FromMinutes(1)); // the reader
            }
        });

        Assert.That(texts, Is.EqualTo(20));
    }

    [Test]
    public void LimitsOfATier_HoldForItsModels_S1([Values] bool streaming)
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

        ChatResponse response = Done(() => client.AskAsync(streaming));

        Assert.That(
            response.GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.Elapsed.TotalSeconds),
            Is.EqualTo(new[] { 1, streaming ? 20.0 : 60, 0 }));
    }

    [Test]
    public void TotalTimeoutOfATier_HoldsForRequestsThatItWasChosenFor_S1([Values] bool streaming)
    {
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { Tiers = new Dictionary<string, TimeoutSettings> { ["fast"] = new() { TotalTimeout = TimeSpan.FromSeconds(3) } }.ToFrozenDictionary() },
            FakeChatClient.Hanging());
        pipeline.Models = [pipeline.Models[0] with { Profile = Pool.Profile("m1") with { Tier = "fast" } }];
        pipeline.TimeProvider = _clock;
        using RoutingChatClient client = pipeline.Build();

        RouteFailedException? error = Assert.Throws<RouteFailedException>(() => Done(() => client.AskAsync(streaming)));

        Assert.That(error!.Outcome!.Attempts[0].Reason, Is.EqualTo(LimitException.Total));
        Assert.That(error.Outcome.Elapsed, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    private RoutingAttempt FirstAttempt(ExecutionSettings settings, FakeChatClient first)
    {
        using RoutingChatClient client = Build(settings, first, new FakeChatClient("second"));
        ChatResponse response = Done(() => client.AskAsync(streaming: true));
        Assert.That(response.Text, Is.EqualTo("second"));
        return response.GetRoutingOutcome()!.Attempts[0];
    }

    private RoutingAttempt BrokenAttempt(ExecutionSettings settings, FakeChatClient only)
    {
        using RoutingChatClient client = Build(settings, only);
        RouteFailedException? error = Assert.Throws<RouteFailedException>(() => Done(() => client.AskAsync(streaming: true)));
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

    private T Done<T>(Func<Task<T>> work)
    {
        Task<T>? done = null;
        VirtualTime.Run(_clock, () => done = work());
        return done!.Result;
    }
}
