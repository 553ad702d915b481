using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LlmRouting.Admission;
using LlmRouting.Budgets;
using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows what holds for any script of faults when hedging, retries, the breaker, limits, budgets and admission are all on, and requests run side by side.</summary>
public sealed class EverythingOnPropertyTests
{
    private const int Requests = 6;
    private const int Places = 3;

    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_26, 11_23);

    // Opens at once and for a short time, so that a handful of requests goes through every state.
    private static readonly HealthSettings Quick = new()
    {
        ConsecutiveFailures = 1,
        BreakDuration = TimeSpan.FromMilliseconds(200),
        MaxBreakDuration = TimeSpan.FromMilliseconds(400),
        RateLimitBreakDuration = TimeSpan.FromMilliseconds(200),
        MisconfiguredBreakDuration = TimeSpan.FromMilliseconds(300),
        RampUp = TimeSpan.FromMilliseconds(200),
    };

    [Test]
    [Description("R2 R3 each caller sees one attempt's output or one typed error")]
    public void EachCaller_SeesOneAttemptOrOneError_R2_R3() => Check(static run => run.Callers.All(static caller => caller.Error switch
    {
        null => caller.StoppedReading || caller.Seen.Kind == StampedAnswerKind.Whole || (caller.Outcome?.Answer?.Failure == FailureKind.ContentFiltered && caller.Seen.Kind == StampedAnswerKind.Nothing),
        RouteFailedException { Outcome.Answer.Result: AttemptResult.Truncated } => caller.Seen.Kind is StampedAnswerKind.Part or StampedAnswerKind.Whole,
        RouteFailedException or OverloadedException or BudgetExceededException => caller.Seen.Kind == StampedAnswerKind.Nothing,
        OperationCanceledException => caller.MayCancel && caller.Seen.Kind is not StampedAnswerKind.Mixed,
        _ => false,
    }));

    [Test]
    [Description("R6 R31 no request makes more calls than it may, nor more than one hedge")]
    public void NoRequest_ExceedsItsCalls_R6_R31() => Check(static run => run.Outcomes.All(outcome =>
        outcome.Attempts.Count(static attempt => attempt.Result != AttemptResult.Skipped) <= run.Script.MaxAttempts
        && outcome.Attempts.Count(static attempt => attempt.IsHedge) <= 1));

    [Test]
    [Description("R12 R17 R27 nothing stays behind: no place, no reservation, no timer, no probe, no call but those that never return")]
    public void Nothing_StaysBehind_R12_R17_R27() => Check(static run =>
        run.Load is { InUse: 0, QueuedInteractive: 0, QueuedBackground: 0 }
        && run.ReservedUsd == 0
        && run.ActiveTimers == 0
        && run.StuckProbes == 0
        && run.InFlight == run.Hanging);

    [Test]
    [Description("R17 what the budget has booked is what the records say")]
    public void Budget_AgreesWithTheRecords_R17() => Check(static run => run.SpentUsd == run.Outcomes.Sum(static outcome => outcome.CostUsd));

    private static void Check(Func<Run, bool> holds)
    {
        Arbitrary<FaultScript> scripts = FaultScript.Arbitrary();
        Arbitrary<(FaultScript Script, int Seed)> runs = Arb.From(
            from script in scripts.Generator
            from seed in Gen.Choose(0, 1 << 20)
            select (Script: script, Seed: seed),
            pair => scripts.Shrinker(pair.Script).Select(smaller => (smaller, pair.Seed)));
        Prop.ForAll(runs, pair =>
        {
            Run run = Play(pair.Script, pair.Seed);
            return holds(run).Label(
                $"{string.Join("; ", run.Callers.Select(static caller => $"{caller.Error?.GetType().Name} saw {caller.Seen}"))}; {run.Load}; "
                + $"reserved {run.ReservedUsd}, spent {run.SpentUsd}, timers {run.ActiveTimers}, probes {run.StuckProbes}, in flight {run.InFlight} of {run.Hanging}; "
                + string.Join(" | ", run.Outcomes.Select(static outcome => string.Join("; ", outcome.Attempts))));
        }).Check(Fixed);
    }

    private static Run Play(FaultScript script, int seed)
    {
        ManualTimeProvider clock = new();
        InjectedBill bill = new();
        RecordingObserver observer = new();
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings
            {
                MaxAttempts = script.MaxAttempts,
                TotalTimeout = TimeSpan.FromMilliseconds(script.TotalMilliseconds),
                AttemptTimeout = TimeSpan.FromSeconds(2),
                FirstTokenTimeout = TimeSpan.FromSeconds(2),
                IdleTimeout = TimeSpan.FromSeconds(2),
                MaxRetries = 2,
                Health = Quick,
                Hedging = new() { Enabled = true, Delay = TimeSpan.FromMilliseconds(150), MaxShare = 1 },
            },
            [.. script.Endpoints.Select((faults, index) => new FaultInjectingChatClient(
                new StampedChatClient($"m{index + 1}"), FaultPlan.Script([.. faults, .. faults, .. faults]), clock, $"m{index + 1}", bill))]);

        // The first endpoint takes few calls, so that retries, hedges and resorts meet one that is full or over its limit.
        pipeline.Models[0].Endpoints[0].ChangeLoad(new() { MaxInFlight = 2, RequestsPerMinute = 600, TokensPerMinute = 1_000_000 });
        AdmissionLimiter admission = new(new AdmissionSettings { MaxConcurrent = Places, QueueTimeout = TimeSpan.FromSeconds(5), DegradeAbove = 0.5 }, clock);
        BudgetLedger ledger = new([new BudgetRule { Name = "all", LimitUsd = 1 }], timeProvider: clock);
        pipeline.TimeProvider = clock;
        pipeline.Seed = seed;
        pipeline.Observers = [observer];
        pipeline.Admission = admission;
        pipeline.Budgets = ledger;
        using RoutingChatClient client = pipeline.Build();

        Caller[] callers = new Caller[Requests];
        VirtualTime.Run(clock, () => Task.WhenAll(Enumerable.Range(0, Requests).Select(async i => callers[i] = await AskAsync(client, clock, new Random(seed + i)))));
        long now = Monotonic.Now(clock);
        ModelEndpoint[] endpoints = [.. client.Router.Registry.Current.Models.SelectMany(static model => model.Endpoints)];
        return new(script, callers)
        {
            Outcomes = [.. observer.Outcomes],
            Load = admission.Load,
            ReservedUsd = ledger.GetStatus("all")!.ReservedUsd,
            SpentUsd = ledger.GetStatus("all")!.SpentUsd,
            ActiveTimers = clock.ActiveTimers,
            InFlight = endpoints.Sum(static endpoint => endpoint.InFlight),
            Hanging = bill.Take(null).Count(static charge => charge.Fault.Kind == FaultKind.Hang),
            StuckProbes = endpoints.Count(endpoint => endpoint.Health.State == CircuitState.HalfOpen && !endpoint.IsReady(Quick with { BreakDuration = TimeSpan.FromDays(1) }, now) && endpoint.InFlight == 0),
        };
    }

    private static async Task<Caller> AskAsync(RoutingChatClient client, ManualTimeProvider clock, Random chance)
    {
        bool mayCancel = chance.Next(4) == 0;
        int readAtMost = chance.Next(6) == 0 ? chance.Next(1, 6) : int.MaxValue;
        bool streaming = chance.Next(2) == 0;
        await Task.Delay(TimeSpan.FromMilliseconds(chance.Next(1, 1_000)), clock);
        using CancellationTokenSource source = mayCancel ? new(TimeSpan.FromMilliseconds(chance.Next(1, 3_000)), clock) : new();
        ChatOptions options = new ChatOptions().WithRouting(hints => hints.Priority = chance.Next(2) == 0 ? RequestPriority.Interactive : RequestPriority.Background);
        StringBuilder seen = new();
        Caller caller = new() { MayCancel = mayCancel };
        try
        {
            if (streaming)
            {
                int updates = 0;
                await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(Pool.Hello, options, source.Token))
                {
                    seen.Append(update.Text);
                    caller = caller with { Outcome = update.GetRoutingOutcome() ?? caller.Outcome };
                    if (++updates >= readAtMost)
                    {
                        caller = caller with { StoppedReading = true };
                        break;
                    }
                }
            }
            else
            {
                ChatResponse response = await client.GetResponseAsync(Pool.Hello, options, source.Token);
                seen.Append(response.Text);
                caller = caller with { Outcome = response.GetRoutingOutcome() };
            }
        }
        catch (Exception exception)
        {
            caller = caller with { Error = exception };
        }

        return caller with { Seen = StampedAnswer.Read(seen.ToString()) };
    }

    private sealed record Caller
    {
        public Exception? Error { get; init; }

        public StampedAnswer Seen { get; init; }

        public RoutingOutcome? Outcome { get; init; }

        public bool MayCancel { get; init; }

        public bool StoppedReading { get; init; }
    }

    private sealed record Run(FaultScript Script, IReadOnlyList<Caller> Callers)
    {
        public IReadOnlyList<RoutingOutcome> Outcomes { get; init; } = [];

        public AdmissionLoad Load { get; init; }

        public decimal ReservedUsd { get; init; }

        public decimal SpentUsd { get; init; }

        public int ActiveTimers { get; init; }

        public int InFlight { get; init; }

        public int Hanging { get; init; }

        public int StuckProbes { get; init; }
    }
}
