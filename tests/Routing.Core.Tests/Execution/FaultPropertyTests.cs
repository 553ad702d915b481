using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows what holds for any script of faults; a script that breaks it is shrunk to the smallest that does.</summary>
public sealed class FaultPropertyTests
{
    // A timer is rounded up to whole milliseconds, and a walk may start one more attempt in the last moment, which then has no time at all.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(5);

    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(800).WithReplay(20_26, 11_21);

    [Test]
    [Description("R2 exactly one attempt's output or one typed error, R3 no silent truncation")]
    public void AnyFaults_GiveOneAttemptsOutputOrOneTypedError_R2_R3() => Check(static run =>
        run.Error switch
        {
            null => run.Seen.Kind == StampedAnswerKind.Whole || run.IsFiltered,
            RouteFailedException { Outcome.Answer.Result: AttemptResult.Truncated } => run.Script.IsStreaming && run.Seen.Kind is StampedAnswerKind.Part or StampedAnswerKind.Whole,
            RouteFailedException => run.Seen.Kind == StampedAnswerKind.Nothing,
            OperationCanceledException => run.Cancelled && run.Seen.Kind is not StampedAnswerKind.Mixed,
            _ => false,
        });

    [Test]
    [Description("R6 one attempt, deadline and cost budget for the whole walk")]
    public void AnyFaults_KeepToTheBudgets_R6() => Check(static run =>
        run.Charges.Length <= run.Script.MaxAttempts
        && (run.FirstContentOrEnd <= TimeSpan.FromMilliseconds(run.Script.TotalMilliseconds) + Slack));

    [Test]
    [Description("R16 one entry for each attempt, marked for what it is")]
    public void AnyFaults_AreRecordedAsTheEndpointsSawThem_R16() => Check(static run =>
        run.Outcome is { } outcome
        && Made(run).Select(static attempt => attempt.ModelId).SequenceEqual(Calls(run).Select(static charge => charge.Endpoint))
        && outcome.CostUsd == outcome.Attempts.Sum(static attempt => attempt.CostUsd)
        && outcome.Attempts.Count(static attempt => attempt.IsHedge) <= (run.Script.IsHedged ? 1 : 0)
        && Made(run).Zip(Calls(run))
            .All(static pair => pair.First.Certainty != CostCertainty.Exact || pair.First.CostUsd == Billed(pair.Second)));

    [Test]
    [Description("R9 the caller's request is never mutated")]
    public void AnyFaults_LeaveTheCallersRequestAlone_R9() => Check(static run => run.IsRequestUntouched);

    [Test]
    [Description("R6 cancellation: the caller's token wins, and nothing stays behind")]
    public void CancellingAtAnyMoment_EndsAtOnce_AndLeavesNothingInFlight() => Check(static run =>
        run.InFlight == run.Charges.Count(static charge => charge.Fault.Kind == FaultKind.Hang) // those never return
        && run.ActiveTimers == 0
        && (!run.Cancelled || run.Error is not OperationCanceledException
            || run.Ended <= TimeSpan.FromMilliseconds(run.Script.CancelAfterMilliseconds!.Value) + Slack)); // not null: it was cancelled

    [Test]
    [Description("R6 the cost limit covers the whole walk")]
    public void AnyFaults_KeepToTheCostLimit_R6() => Check(
        static run => run.Outcome is { } outcome
            && outcome.Attempts.SkipLast(1).All(static attempt => attempt.CostUsd <= CostLimit)
            && outcome.Attempts.Where(static attempt => attempt.Result == AttemptResult.Failed).Sum(static attempt => attempt.CostUsd) <= CostLimit,
        CostLimit);

    private const decimal CostLimit = 0.005m;

    private static void Check(Func<Run, bool> holds, decimal? costLimit = null) =>
        Prop.ForAll(FaultScript.Arbitrary(), script =>
        {
            Run run = Play(script, costLimit);
            return holds(run).Label($"{run.Error?.GetType().Name} saw {run.Seen}, {run.Outcome}; {string.Join("; ", run.Outcome?.Attempts ?? [])}");
        }).Check(Fixed);

    // Two that run side by side are recorded as they end, and charged as they begin.
    private static IEnumerable<RoutingAttempt> Made(Run run)
    {
        IEnumerable<RoutingAttempt> made = run.Outcome!.Attempts.Where(static attempt => attempt.Result != AttemptResult.Skipped); // not null: the caller looked
        return run.Script.IsHedged ? made.OrderBy(static attempt => attempt.ModelId, StringComparer.Ordinal) : made;
    }

    private static IEnumerable<InjectedCharge> Calls(Run run) =>
        run.Script.IsHedged ? run.Charges.OrderBy(static charge => charge.Endpoint, StringComparer.Ordinal) : run.Charges;

    private static decimal Billed(InjectedCharge charge) => ((charge.InputTokens * 1m) + (charge.OutputTokens * 4m)) / 1_000_000m;

    private static Run Play(FaultScript script, decimal? costLimit)
    {
        ManualTimeProvider clock = new();
        InjectedBill bill = new();
        RecordingObserver observer = new();
        FaultInjectingChatClient[] clients =
        [
            .. script.Endpoints.Select((faults, index) =>
                new FaultInjectingChatClient(new StampedChatClient($"m{index + 1}"), FaultPlan.Script(faults), clock, $"m{index + 1}", bill)),
        ];
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings
            {
                MaxAttempts = script.MaxAttempts,
                TotalTimeout = TimeSpan.FromMilliseconds(script.TotalMilliseconds),
                AttemptTimeout = TimeSpan.FromSeconds(2),
                FirstTokenTimeout = TimeSpan.FromSeconds(2),
                IdleTimeout = TimeSpan.FromSeconds(2),
                Hedging = new() { Enabled = script.IsHedged, Delay = TimeSpan.FromMilliseconds(150), MaxShare = 1 },
            },
            clients);
        pipeline.TimeProvider = clock;
        pipeline.Observers = [observer];
        using RoutingChatClient client = pipeline.Build();

        ChatOptions options = new() { Temperature = 0.5f, StopSequences = ["END"], AdditionalProperties = new() { ["key"] = "value" } };
        if (costLimit is not null)
        {
            options = options.WithRouting(hints => hints.MaxCostUsd = costLimit);
        }

        int properties = options.AdditionalProperties!.Count;
        List<ChatMessage> messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hello there")];
        ChatMessage[] same = [.. messages];
        Run run = new(script);
        long started = clock.GetTimestamp();
        using CancellationTokenSource source = script.CancelAfterMilliseconds is { } limit ? new(TimeSpan.FromMilliseconds(limit), clock) : new();
        StringBuilder seen = new();
        VirtualTime.Run(clock, async () =>
        {
            try
            {
                if (script.IsStreaming)
                {
                    await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, options, source.Token))
                    {
                        if (update.Text.Length > 0 && seen.Length == 0)
                        {
                            run = run with { FirstContentOrEnd = clock.GetElapsedTime(started) };
                        }

                        seen.Append(update.Text);
                    }
                }
                else
                {
                    seen.Append((await client.GetResponseAsync(messages, options, source.Token)).Text);
                }
            }
            catch (Exception exception)
            {
                run = run with { Error = exception };
            }

            run = run with { Ended = clock.GetElapsedTime(started) };
        });
        source.Dispose();
        return run with
        {
            Seen = StampedAnswer.Read(seen.ToString()),
            FirstContentOrEnd = seen.Length > 0 && script.IsStreaming ? run.FirstContentOrEnd : run.Ended,
            Outcome = observer.Outcomes.SingleOrDefault(),
            Charges = [.. bill.Take(null)],
            Cancelled = source.IsCancellationRequested,
            InFlight = client.Router.Registry.Current.Models.Sum(static model => model.Endpoints.Sum(static endpoint => endpoint.InFlight)),
            ActiveTimers = clock.ActiveTimers,
            IsRequestUntouched = messages.SequenceEqual(same)
                && messages.All(static message => message.Contents.Count == 1)
                && options is { ModelId: null, Temperature: 0.5f, StopSequences: ["END"] }
                && options.AdditionalProperties.Count == properties
                && Equals(options.AdditionalProperties["key"], "value"),
        };
    }

    private sealed record Run(FaultScript Script)
    {
        public Exception? Error { get; init; }

        public StampedAnswer Seen { get; init; }

        public RoutingOutcome? Outcome { get; init; }

        public ImmutableArray<InjectedCharge> Charges { get; init; } = [];

        public TimeSpan Ended { get; init; }

        public TimeSpan FirstContentOrEnd { get; init; }

        public bool Cancelled { get; init; }

        public int InFlight { get; init; }

        public int ActiveTimers { get; init; }

        public bool IsRequestUntouched { get; init; }

        // A filtered answer goes to the caller as the provider gave it, by default.
        public bool IsFiltered => Outcome?.Answer?.Failure == FailureKind.ContentFiltered && Seen.Kind == StampedAnswerKind.Nothing;
    }
}
