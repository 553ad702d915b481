using LlmRouting.Budgets;
using LlmRouting.Core.Tests.Budgets;
using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows what happens when a second attempt is made beside a slow one (R31, S14).</summary>
[TestFixture(true)]
[TestFixture(false)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HedgingTests(bool streaming)
{
    private static readonly Fault Slow = Fault.SlowOpen(TimeSpan.FromSeconds(5));
    private static readonly Fault Quick = Fault.SlowOpen(TimeSpan.FromMilliseconds(50));
    private static readonly HedgingSettings AfterOneSecond = new() { Enabled = true, Delay = TimeSpan.FromSeconds(1), MaxShare = 1 };

    private readonly ManualTimeProvider _clock = new();
    private readonly InjectedBill _bill = new();
    private readonly RecordingObserver _observer = new();

    [Test]
    [Description("R31 the first answer wins, the loser is cancelled and booked")]
    public void SlowFirst_IsOvertaken_R31()
    {
        using RoutingChatClient client = Build(AfterOneSecond, [Slow], [Quick]);

        (RoutingOutcome outcome, string text, TimeSpan elapsed) = Ask(client);

        Assert.Multiple(() =>
        {
            Assert.That(StampedAnswer.Read(text), Is.EqualTo(StampedAnswer.Read(text) with { Kind = StampedAnswerKind.Whole, Name = "m2" }));
            Assert.That(elapsed, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5)));
            Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result, attempt.IsHedge)), Is.EqualTo(
                new[] { ("m1", AttemptResult.Cancelled, false), ("m2", AttemptResult.Succeeded, true) }));
            Assert.That(outcome.Attempts[0], Has.Property("Failure").Null.And.Property("Reason").EqualTo("another attempt answered first")
                .And.Property("Certainty").EqualTo(CostCertainty.AtLeast));
            Assert.That(outcome.ModelId, Is.EqualTo("m2"));
            Assert.That(outcome.Certainty, Is.EqualTo(CostCertainty.AtLeast));
            Assert.That(outcome.CostUsd, Is.EqualTo(outcome.Attempts.Sum(static attempt => attempt.CostUsd)));
            AssertIdle(client);
        });
    }

    [Test]
    [Description("R12 the loser tells nothing about its endpoint's health")]
    public void Losing_IsNoFailure_R12()
    {
        using RoutingChatClient client = Build(AfterOneSecond, [Slow, Slow, Slow, Slow], [Quick, Quick, Quick, Quick]);

        for (int i = 0; i < 4; i++)
        {
            Ask(client);
        }

        Assert.That(client.Router.Registry.Current.Find("m1")!.Endpoints[0].Health, Has.Property("State").EqualTo(CircuitState.Closed).And.Property("ConsecutiveFailures").Zero);
    }

    [Test]
    [Description("R31 a hedge that comes second changes nothing")]
    public void FirstThatIsStillQuicker_Wins_R31()
    {
        using RoutingChatClient client = Build(AfterOneSecond, [Fault.SlowOpen(TimeSpan.FromSeconds(2))], [Slow]);

        (RoutingOutcome outcome, string text, _) = Ask(client);

        Assert.That(StampedAnswer.Read(text).Name, Is.EqualTo("m1"));
        Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result, attempt.IsHedge)), Is.EqualTo(
            new[] { ("m2", AttemptResult.Cancelled, true), ("m1", AttemptResult.Succeeded, false) }));
        AssertIdle(client);
    }

    [Test]
    [Description("R31 one that fails leaves the race to the other")]
    public void HedgeThatFails_LeavesTheFirst_R31()
    {
        using RoutingChatClient client = Build(AfterOneSecond, [Slow], [Fault.ServerError]);

        (RoutingOutcome outcome, string text, _) = Ask(client);

        Assert.That(StampedAnswer.Read(text), Has.Property("Kind").EqualTo(StampedAnswerKind.Whole).And.Property("Name").EqualTo("m1"));
        Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result)), Is.EqualTo(
            new[] { ("m2", AttemptResult.Failed), ("m1", AttemptResult.Succeeded) }));
    }

    [Test]
    [Description("R1 when both fail, the walk goes on")]
    public void BothFail_TheWalkGoesOn_R1()
    {
        using RoutingChatClient client = Build(AfterOneSecond, [Fault.StallAfter(0)], [Fault.StallAfter(0)], [Quick]);

        (RoutingOutcome outcome, string text, _) = Ask(client);

        Assert.That(StampedAnswer.Read(text), Has.Property("Kind").EqualTo(StampedAnswerKind.Whole).And.Property("Name").EqualTo("m3"));
        Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result, attempt.IsHedge)), Is.EqualTo(
            new[] { ("m1", AttemptResult.Failed, false), ("m2", AttemptResult.Failed, true), ("m3", AttemptResult.Succeeded, false) }));
        AssertIdle(client);
    }

    [Test]
    [Description("R31 no second answer is waited for while the first one is quick, and none is asked for when that is switched off")]
    public void QuickFirst_OrOff_IsNotHedged_R31([Values] bool enabled)
    {
        using RoutingChatClient client = Build(AfterOneSecond with { Enabled = enabled }, [enabled ? Quick : Slow], [Quick]);

        Assert.That(Ask(client).Outcome.Attempts.Select(static attempt => attempt.ModelId), Is.EqualTo(new[] { "m1" }));
    }

    [Test]
    [Description("S14 opt-in for a policy")]
    public void Policy_GoesFirst_S14([Values] bool hedge)
    {
        using RoutingChatClient client = Build(AfterOneSecond with { Enabled = !hedge }, pipeline => pipeline.Policies = [new RoutingPolicy { Id = "p", Hedge = hedge }], [Slow], [Quick]);

        Assert.That(Ask(client, new ChatOptions().WithRouting(static hints => hints.Policy = "p")).Outcome.Attempts, Has.Length.EqualTo(hedge ? 2 : 1));
    }

    [Test]
    [Description("R31 never with tools that could act twice, unless allowed")]
    public void Tools_AreNotOfferedTwice_R31([Values] bool allowed)
    {
        using RoutingChatClient client = Build(
            AfterOneSecond with { AllowTools = allowed },
            static pipeline => pipeline.Models = [.. pipeline.Models.Select(static model => model with { Profile = model.Profile with { Capabilities = ModelCapabilities.Tools } })],
            [Slow],
            [Quick]);

        ChatOptions options = new() { Tools = [AIFunctionFactory.CreateDeclaration("act", "Acts.", System.Text.Json.JsonDocument.Parse("{}").RootElement)] };
        Assert.That(Ask(client, options).Outcome.Attempts, Has.Length.EqualTo(allowed ? 2 : 1));
    }

    [Test]
    [Description("R31 the next one that is well, and none when nobody is")]
    public void EndpointThatIsPassedOver_IsNotHedgedTo_R31([Values] bool hasThird)
    {
        Fault[][] faults = hasThird ? [[Slow], [Quick], [Quick]] : [[Slow], [Quick]];
        using RoutingChatClient client = Build(AfterOneSecond, faults);
        ModelEndpoint down = client.Router.Registry.Current.Find("m2")!.Endpoints[0];
        HealthSettings health = new();
        Assert.That(down.TryAdmit(health, _clock, tokens: 1, isLastResort: false, out EndpointGrant grant), Is.EqualTo(EndpointRefusal.None));
        down.Settle(grant.Lease, new RoutingAttempt { ModelId = "m2", Endpoint = "default", Result = AttemptResult.Failed, Failure = FailureKind.Auth }, isPinned: false, health, _clock);
        down.Exit();

        RoutingOutcome outcome = Ask(client).Outcome;

        Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result)), Is.EqualTo(hasThird
            ? new[] { ("m2", AttemptResult.Skipped), ("m1", AttemptResult.Cancelled), ("m3", AttemptResult.Succeeded) }
            : [("m1", AttemptResult.Succeeded)]));
    }

    [Test]
    [Description("R6 one call is kept for when the first fails")]
    public void LastCall_IsNoHedge_R6()
    {
        using RoutingChatClient client = Build(AfterOneSecond, pipeline => pipeline.Execution = pipeline.Execution with { MaxAttempts = 2 }, [Slow], [Quick]);

        Assert.That(Ask(client).Outcome.Attempts, Has.Length.EqualTo(1));
    }

    [Test]
    [Description("R6 no hedge for which the money or the time does not reach")]
    public void NoRoomForTwo_NoHedge_R6([Values] bool isMoney)
    {
        using RoutingChatClient client = Build(
            AfterOneSecond,
            pipeline => pipeline.Execution = isMoney ? pipeline.Execution : pipeline.Execution with { TotalTimeout = TimeSpan.FromSeconds(1.9) },
            [Fault.SlowOpen(TimeSpan.FromSeconds(1.5))],
            [Quick]);
        decimal one = client.Router.Registry.Current.Find("m1")!.Profile.EstimateCostUsd(20, 256)!.Value; // not null: it has a price
        ChatOptions options = isMoney ? new ChatOptions().WithRouting(hints => hints.MaxCostUsd = one * 1.5m) : new();

        Assert.That(Ask(client, options).Outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result)), Is.EqualTo(new[] { ("m1", AttemptResult.Succeeded) }));
    }

    [Test]
    [Description("R17 S14 near the cap of a budget there is no hedge, and what it would have set aside is given back")]
    public void LedgerWithoutRoomForTwo_NoHedge_R17([Values] bool hasRoom)
    {
        const int Reserved = 100;
        BudgetRule rule = new() { Name = "daily", LimitUsd = Reservation(Reserved) * (hasRoom ? 2.5m : 1.5m), DowngradeAt = null, ReservedOutputTokens = Reserved };
        BudgetLedger ledger = new([rule], timeProvider: _clock);
        using RoutingChatClient client = Build(AfterOneSecond, pipeline => pipeline.Budgets = ledger, [Slow], [Quick]);

        RoutingOutcome outcome = Ask(client).Outcome;

        Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result, attempt.IsHedge)), Is.EqualTo(hasRoom
            ? new[] { ("m1", AttemptResult.Cancelled, false), ("m2", AttemptResult.Succeeded, true) }
            : [("m1", AttemptResult.Succeeded, false)]));
        Assert.That(ledger.GetStatus("daily")!.ReservedUsd, Is.Zero);
        Assert.That(ledger.GetStatus("daily")!.SpentUsd, Is.EqualTo(outcome.CostUsd));
        AssertIdle(client);
    }

    [Test]
    [Description("S14 a hedge that no budget has room for does not count towards the share of requests that are hedged")]
    public void LedgerWithoutRoom_LeavesTheShareToOthers_S14()
    {
        const int Reserved = 100;
        BudgetRule rule = new() { Name = "daily", LimitUsd = Reservation(Reserved) * 1.5m, DowngradeAt = null, ReservedOutputTokens = Reserved };
        BudgetLedger ledger = new([rule], timeProvider: _clock);
        using RoutingChatClient client = Build(AfterOneSecond with { MaxShare = 0.5 }, pipeline => pipeline.Budgets = ledger, [Quick, Slow, Slow], [Quick, Quick]);

        Ask(client);
        int refused = Ask(client).Outcome.Attempts.Count(static attempt => attempt.IsHedge);
        ledger.Update([rule with { LimitUsd = 1 }]);
        int made = Ask(client).Outcome.Attempts.Count(static attempt => attempt.IsHedge);

        Assert.That((refused, made), Is.EqualTo((0, 1)));
    }

    [Test]
    [Description("R31 a budget that is slow to answer holds up no answer, and what it grants too late is given back")]
    public void SlowBudgetStore_DoesNotDelayTheFirst_R31()
    {
        TaskCompletionSource late = new();
        SlowBudgetStore store = new(number => number == 2 ? late.Task : Task.CompletedTask);
        BudgetLedger ledger = new([new BudgetRule { Name = "daily", LimitUsd = 1 }], store, _clock);
        using RoutingChatClient client = Build(AfterOneSecond, pipeline => pipeline.Budgets = ledger, [Slow], [Quick]);

        (RoutingOutcome outcome, string text, TimeSpan elapsed) = Ask(client);

        Assert.That(StampedAnswer.Read(text), Has.Property("Kind").EqualTo(StampedAnswerKind.Whole).And.Property("Name").EqualTo("m1"));
        Assert.That(elapsed, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(outcome.Attempts, Has.Length.EqualTo(1));
        VirtualTime.Run(_clock, () =>
        {
            late.SetResult();
            return Task.CompletedTask;
        });
        Assert.That(ledger.GetStatus("daily")!.ReservedUsd, Is.Zero);
    }

    [Test]
    [Description("R17 S14: a hedge is a luxury, which nobody may spend while the ledger cannot be asked")]
    public void BrokenBudgetStore_NoHedge()
    {
        SlowBudgetStore store = new(static number => number == 2 ? Task.FromException(new IOException()) : Task.CompletedTask);
        BudgetLedger ledger = new([new BudgetRule { Name = "daily", LimitUsd = 1 }], store, _clock);
        using RoutingChatClient client = Build(AfterOneSecond, pipeline => pipeline.Budgets = ledger, [Slow], [Quick]);

        RoutingOutcome outcome = Ask(client).Outcome;

        Assert.That(outcome.Attempts, Has.Length.EqualTo(1));
    }

    [Test]
    [Description("R6 when both fail in passing, neither's retry takes the place of the other's")]
    public void BothFailInPassing_BothAreRetried_R6()
    {
        int secondCalls = 0;
        FakeChatClient first = new((_, _, _) => FailAsync(TimeSpan.FromSeconds(2)));
        FakeChatClient second = new((_, _, _) => ++secondCalls == 1 ? FailAsync(TimeSpan.FromSeconds(0.5)) : Task.FromResult(FakeChatClient.Answer("again")));
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { Hedging = AfterOneSecond, MaxAttempts = 4, MaxRetries = 2, RetryDelay = TimeSpan.Zero }, first, second);
        pipeline.TimeProvider = _clock;
        pipeline.Observers = [_observer];
        using RoutingChatClient client = pipeline.Build();

        (RoutingOutcome outcome, string text, _) = Ask(client);

        Assert.That(text, Is.EqualTo("again"));
        Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result)), Is.EqualTo(new[]
        {
            ("m2", AttemptResult.Failed), ("m1", AttemptResult.Failed), ("m2", AttemptResult.Succeeded),
        }));

        async Task<ChatResponse> FailAsync(TimeSpan after)
        {
            await Task.Delay(after, _clock);
            throw new IOException();
        }
    }

    [Test]
    [Description("R31 the caller's cancellation ends both")]
    public void Cancelling_EndsBoth_R31()
    {
        using RoutingChatClient client = Build(AfterOneSecond, [Slow], [Slow]);
        using CancellationTokenSource source = new(TimeSpan.FromSeconds(3), _clock);

        OperationCanceledException? error = null;
        VirtualTime.Run(_clock, async () =>
        {
            try
            {
                await client.AskAsync(streaming, cancellationToken: source.Token);
            }
            catch (OperationCanceledException exception)
            {
                error = exception;
            }
        });

        Assert.That(error?.CancellationToken, Is.EqualTo(source.Token));
        Assert.That(_observer.Outcomes.Single().Attempts.Select(static attempt => (attempt.Result, attempt.Failure)), Is.EqualTo(
            Enumerable.Repeat((AttemptResult.Cancelled, (FailureKind?)FailureKind.CallerCancelled), 2)));
        AssertIdle(client);
    }

    [Test]
    [Description("R31 a loser that does not heed its cancellation keeps nobody waiting, and counts as in flight until it returns")]
    public void LoserThatHangs_IsLeftBehind_R31()
    {
        using RoutingChatClient client = Build(AfterOneSecond, [Fault.Hang], [Quick]);

        (RoutingOutcome outcome, _, TimeSpan elapsed) = Ask(client);

        Assert.That(outcome.ModelId, Is.EqualTo("m2"));
        Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(1.5)));
        Assert.That(client.Router.Registry.Current.Find("m1")!.Endpoints[0].InFlight, Is.EqualTo(1));
    }

    [Test]
    [Description("R31 the first validated answer wins")]
    public void RejectedAnswer_WinsNoRace_R31()
    {
        using RoutingChatClient client = Build(
            AfterOneSecond, pipeline => pipeline.Validators = [new RejectText("m2")], [Fault.SlowOpen(TimeSpan.FromSeconds(2))], [Quick]);

        (RoutingOutcome outcome, string text, _) = Ask(client);

        Assert.That(StampedAnswer.Read(text).Name, Is.EqualTo("m1"));
        Assert.That(outcome.Attempts.Select(static attempt => (attempt.ModelId, attempt.Result)), Is.EqualTo(
            new[] { ("m2", AttemptResult.Rejected), ("m1", AttemptResult.Succeeded) }));
    }

    [Test]
    [Description("R31 the delay follows what is observed, and nothing is hedged before anything is known")]
    public void Percentile_OfTheEndpointsOwnCalls_R31()
    {
        Fault[] usual = [.. Enumerable.Range(1, 20).Reverse().Select(static i => Fault.SlowOpen(TimeSpan.FromMilliseconds(i * 10))), Slow];
        using RoutingChatClient client = Build(new HedgingSettings { Enabled = true, MaxShare = 1 }, usual, [Quick]);

        for (int i = 0; i < 20; i++)
        {
            Assert.That(Ask(client).Outcome.Attempts, Has.Length.EqualTo(1));
        }

        (RoutingOutcome outcome, _, _) = Ask(client);

        // The 19th of 20 took 190 ms; the hedge takes 50.
        Assert.That(outcome.ModelId, Is.EqualTo("m2"));
        Assert.That(outcome.Attempts[0].Elapsed, Is.EqualTo(TimeSpan.FromMilliseconds(190 + 50)));
    }

    [Test]
    [Description("R31 what is out of range is refused, by its name")]
    public void SettingsOutOfRange_AreRefused_R31() =>
        Assert.That(
            Assert.Throws<ArgumentException>(() => Build(new HedgingSettings { Delay = TimeSpan.Zero, Percentile = 1, MinSamples = 257, MaxShare = 0 }, [Quick]))?.Message,
            Does.Contain("Execution:Hedging:Delay is 00:00:00").And.Contain("Percentile is 1").And.Contain("MinSamples is 257").And.Contain("MaxShare is 0"));

    [Test]
    [Description("S14 a share of the requests, over any number of them")]
    public void Share_IsKept_S14()
    {
        using RoutingChatClient client = Build(
            AfterOneSecond with { MaxShare = 0.1 }, [.. Enumerable.Repeat(Slow, 50)], [.. Enumerable.Repeat(Quick, 50)]);

        int[] hedged = [.. Enumerable.Range(0, 50).Select(_ => Ask(client).Outcome.Attempts.Count(static attempt => attempt.IsHedge))];

        Assert.That(hedged.Sum(), Is.EqualTo(5));
        Assert.That(hedged.Take(9), Has.All.Zero);
    }

    // What a ledger sets aside for a call of the pool: the estimate of "Hello there", and so much output, at 1 and 4 USD per million.
    private static decimal Reservation(int outputTokens) =>
        Pool.Profile("m").EstimateCostUsd(FeatureExtractor.Default.Extract(Pool.Hello, null).EstimatedInputTokens, outputTokens)!.Value; // not null: it has a price

    private RoutingChatClient Build(HedgingSettings hedging, params Fault[][] faults) => Build(hedging, static _ => { }, faults);

    private RoutingChatClient Build(HedgingSettings hedging, Action<RoutingPipeline> configure, params Fault[][] faults)
    {
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings
            {
                Hedging = hedging,
                MaxAttempts = 4,
                FirstTokenTimeout = TimeSpan.FromSeconds(10),
                AttemptTimeout = TimeSpan.FromSeconds(10),
            },
            [.. faults.Select((script, index) => new FaultInjectingChatClient(
                new StampedChatClient($"m{index + 1}"), FaultPlan.Script(script), _clock, $"m{index + 1}", _bill))]);
        pipeline.TimeProvider = _clock;
        pipeline.Observers = [_observer];
        configure(pipeline);
        return pipeline.Build();
    }

    private (RoutingOutcome Outcome, string Text, TimeSpan Elapsed) Ask(RoutingChatClient client, ChatOptions? options = null)
    {
        long started = _clock.GetTimestamp();
        string text = "";
        VirtualTime.Run(_clock, async () => text = (await client.AskAsync(streaming, options)).Text);
        return (_observer.Outcomes[^1], text, _clock.GetElapsedTime(started));
    }

    private static void AssertIdle(RoutingChatClient client) =>
        Assert.That(client.Router.Registry.Current.Models.Select(static model => model.Endpoints[0].InFlight), Has.All.Zero);
}
