using LlmRouting.Testing;

namespace LlmRouting.Core.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EndpointHealthTests
{
    private static readonly HealthSettings Settings = new();

    private readonly ManualTimeProvider _clock = new();
    private readonly EndpointHealth _health = new();

    [Test]
    public void NewEndpoint_IsCalled()
    {
        Assert.That(TryAcquire(out HealthLease lease), Is.True);
        Assert.That(Complete(lease, HealthVerdict.Success).IsNone, Is.True);
        Assert.That(_health.Snapshot, Is.EqualTo(new EndpointHealthSnapshot(CircuitState.Closed, null, null, 0)));
    }

    [Test]
    public void FailuresInARow_OpenIt_ASuccessBetweenStartsAnew([Values] bool successBetween)
    {
        Fail(2);
        if (successBetween)
        {
            Succeed();
        }

        Fail(1);

        Assert.That(_health.Snapshot.State, Is.EqualTo(successBetween ? CircuitState.Closed : CircuitState.Open));
        Assert.That(_health.Snapshot.LastFailure, Is.EqualTo(FailureKind.ServerError));
    }

    [Test]
    public void ShareOfFailures_OpensIt_OnlyWithEnoughCallsWithinTheWindow()
    {
        HealthSettings settings = Settings with { ConsecutiveFailures = 0, MinimumThroughput = 10, FailureRatio = 0.5 };
        for (int i = 0; i < 4; i++)
        {
            Fail(1, settings);
            Succeed(settings);
        }

        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.Closed), "8 calls are too few");
        _clock.Advance(TimeSpan.FromSeconds(31));
        Fail(4, settings);
        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.Closed), "the old ones have left the window");
        Succeed(settings);
        Fail(5, settings);
        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.Open), "9 of 10");
    }

    [Test]
    public void ManySuccesses_KeepAFewFailuresFromOpeningIt()
    {
        HealthSettings settings = Settings with { ConsecutiveFailures = 0 };
        for (int i = 0; i < 100; i++)
        {
            Fail(1, settings);
            Succeed(settings);
            Succeed(settings);
            _clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.Closed), "a third is less than half");
    }

    [Test]
    [Description("R12: Retry-After lengthens a break and never shortens it")]
    public void RetryAfter_LastsAsLongAsAsked_AndTheLongerBreakWins_R12()
    {
        TryAcquire(out HealthLease first);
        TryAcquire(out HealthLease second);
        TryAcquire(out HealthLease third);

        Assert.That(Complete(first, HealthVerdict.Throttled, FailureKind.RateLimited, TimeSpan.FromSeconds(30)).OpenFor, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Complete(second, HealthVerdict.Throttled, FailureKind.RateLimited, TimeSpan.FromSeconds(5));
        Assert.That(_health.Remaining(_clock).Left, Is.EqualTo(TimeSpan.FromSeconds(30)), "max(old, new)");
        Complete(third, HealthVerdict.Throttled, FailureKind.RateLimited, TimeSpan.FromSeconds(60));
        Assert.That(_health.Remaining(_clock).Left, Is.EqualTo(TimeSpan.FromSeconds(60)));
        Assert.That(_health.Snapshot.OpenUntil, Is.EqualTo(_clock.GetUtcNow() + TimeSpan.FromSeconds(60)));
    }

    [Test]
    public void RetryAfter_IsHonouredUpToABound()
    {
        TryAcquire(out HealthLease lease);

        Complete(lease, HealthVerdict.Throttled, FailureKind.RateLimited, TimeSpan.FromDays(1));

        Assert.That(_health.Remaining(_clock).Left, Is.EqualTo(Settings.MaxRetryAfter));
    }

    [TestCase(HealthVerdict.Failure)]
    [TestCase(HealthVerdict.Throttled)]
    [TestCase(HealthVerdict.Misconfigured)]
    public void BreakOfZero_NeverOpens_R12(object verdict)
    {
        HealthSettings never = Settings with { BreakDuration = TimeSpan.Zero, RateLimitBreakDuration = TimeSpan.Zero, MisconfiguredBreakDuration = TimeSpan.Zero };
        for (int i = 0; i < 100; i++)
        {
            Assert.That(_health.TryAcquire(never, _clock, out HealthLease lease, out _), Is.True);
            _health.Complete(lease, (HealthVerdict)verdict, FailureKind.Auth, TimeSpan.FromSeconds(9), never, _clock);
        }

        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.Closed));
    }

    [Test]
    public void Misconfigured_OpensAtOnce_AndForLong()
    {
        TryAcquire(out HealthLease lease);

        HealthChange change = Complete(lease, HealthVerdict.Misconfigured, FailureKind.Auth);

        Assert.That(change, Is.EqualTo(new HealthChange(CircuitState.Closed, CircuitState.Open, FailureKind.Auth, TimeSpan.FromMinutes(5))));
    }

    [Test]
    public void OpenEndpoint_RefusesUntilItsTime_ThenOneProbe_ThenAGrowingShare_R13()
    {
        Fail(3);
        Assert.That(TryAcquire(out _), Is.False);
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(TryAcquire(out _), Is.False);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.That(TryAcquire(out HealthLease probe), Is.True);
        Assert.That(TryAcquire(out _), Is.False, "one probe at a time");
        Assert.That(Complete(probe, HealthVerdict.Success).To, Is.EqualTo(CircuitState.RampUp));

        Assert.That(Admitted(100), Is.EqualTo(10), "a tenth at first");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Admitted(100), Is.EqualTo(50), "half after half the time");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Admitted(100), Is.EqualTo(100));
        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.Closed));
    }

    [Test]
    public async Task Probe_IsOne_Under1000ConcurrentCallers_R13()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(5));
        using Barrier start = new(16);
        int admitted = 0;

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 63; i++)
                {
                    if (TryAcquire(out HealthLease _))
                    {
                        Interlocked.Increment(ref admitted);
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.That(admitted, Is.EqualTo(1));
    }

    [Test]
    public void ProbeThatIsCancelled_FreesTheSlot_AndNeitherClosesNorOpens_R12()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(5));
        TryAcquire(out HealthLease probe);

        Assert.That(Complete(probe, HealthVerdict.Neutral).IsNone, Is.True);

        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.HalfOpen));
        Assert.That(TryAcquire(out HealthLease next), Is.True);
        Assert.That(Complete(next, HealthVerdict.Success).To, Is.EqualTo(CircuitState.RampUp));
    }

    [Test]
    public void ProbeThatNeverEnds_BlocksNoOtherForLong_AndIsNotHeardAnyMore()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(5));
        TryAcquire(out HealthLease lost);
        _clock.Advance(Settings.BreakDuration + TimeSpan.FromSeconds(1));

        Assert.That(TryAcquire(out HealthLease second), Is.True);
        Assert.That(Complete(lost, HealthVerdict.Failure).IsNone, Is.True, "its slot belongs to another");
        Assert.That(Complete(second, HealthVerdict.Success).To, Is.EqualTo(CircuitState.RampUp));
    }

    [Test]
    public void ProbeThatFails_DoublesTheBreak_UpToABound()
    {
        Fail(3);
        List<double> breaks = [];
        for (int i = 0; i < 6; i++)
        {
            _clock.Advance(_health.Remaining(_clock).Left);
            TryAcquire(out HealthLease probe);
            breaks.Add(Complete(probe, HealthVerdict.Failure).OpenFor.TotalSeconds);
        }

        Assert.That(breaks, Is.EqualTo(new[] { 10.0, 20, 40, 80, 120, 120 }));
    }

    [Test]
    public void Break_IsShortAgain_OnceTheEndpointHasFullyComeBack()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(5));
        TryAcquire(out HealthLease probe);
        Complete(probe, HealthVerdict.Success);
        _clock.Advance(Settings.RampUp);
        Succeed();

        Fail(3);

        Assert.That(_health.Remaining(_clock).Left, Is.EqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void AttemptOfAnEarlierState_IsOldNews()
    {
        TryAcquire(out HealthLease slow);
        TryAcquire(out HealthLease late);
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(5));
        TryAcquire(out HealthLease probe);

        Assert.That(Complete(slow, HealthVerdict.Success).IsNone, Is.True, "it began before the outage");
        Assert.That(Complete(late, HealthVerdict.Failure).IsNone, Is.True);
        Assert.That(_health.Snapshot.State, Is.EqualTo(CircuitState.HalfOpen));
        Assert.That(Complete(probe, HealthVerdict.Success).To, Is.EqualTo(CircuitState.RampUp));
    }

    [Test]
    public void LastResortThatSucceeds_BringsTheEndpointBack()
    {
        Fail(3);

        Assert.That(Complete(_health.Force(), HealthVerdict.Success).To, Is.EqualTo(CircuitState.RampUp));
    }

    [Test]
    public void LastResortThatFails_ChangesNothing()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That(Complete(_health.Force(), HealthVerdict.Failure).IsNone, Is.True);
        Assert.That(_health.Remaining(_clock).Left, Is.EqualTo(TimeSpan.FromSeconds(4)));
    }

    // What each end of an attempt means (R12). Everything else about an endpoint's health follows from this table.
    [TestCase(AttemptResult.Succeeded, null, "Success")]
    [TestCase(AttemptResult.Succeeded, FailureKind.ContentFiltered, "Neutral")]
    [TestCase(AttemptResult.Succeeded, FailureKind.Refusal, "Neutral")]
    [TestCase(AttemptResult.Failed, FailureKind.Unknown, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.CallerCancelled, "Neutral")]
    [TestCase(AttemptResult.Failed, FailureKind.Timeout, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.Network, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.RateLimited, "Throttled")]
    [TestCase(AttemptResult.Failed, FailureKind.QuotaExhausted, "Misconfigured")]
    [TestCase(AttemptResult.Failed, FailureKind.Overloaded, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.ServerError, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.Auth, "Misconfigured")]
    [TestCase(AttemptResult.Failed, FailureKind.NotFound, "Misconfigured")]
    [TestCase(AttemptResult.Failed, FailureKind.ContextLengthExceeded, "Neutral")]
    [TestCase(AttemptResult.Failed, FailureKind.ContentFiltered, "Neutral")]
    [TestCase(AttemptResult.Failed, FailureKind.Refusal, "Neutral")]
    [TestCase(AttemptResult.Failed, FailureKind.InvalidRequest, "Neutral")]
    [TestCase(AttemptResult.Failed, FailureKind.MalformedResponse, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.EmptyResponse, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.TruncatedStream, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.SchemaInvalid, "Neutral")]
    [TestCase(AttemptResult.Failed, FailureKind.CircuitOpen, "Failure")]
    [TestCase(AttemptResult.Failed, FailureKind.BudgetExceeded, "Neutral")]
    [TestCase(AttemptResult.Truncated, FailureKind.TruncatedStream, "Failure")]
    [TestCase(AttemptResult.Truncated, FailureKind.Timeout, "Failure")]
    [TestCase(AttemptResult.Rejected, FailureKind.SchemaInvalid, "Neutral")]
    [TestCase(AttemptResult.Cancelled, FailureKind.CallerCancelled, "Neutral")]
    [TestCase(AttemptResult.Skipped, FailureKind.CircuitOpen, "Neutral")]
    public void EveryEndOfAnAttempt_HasItsMeaning_R12(AttemptResult result, FailureKind? failure, string verdict) =>
        Assert.That(HealthRules.Judge(result, failure).ToString(), Is.EqualTo(verdict));

    [Test]
    public void EveryKindOfFailure_IsInTheTable()
    {
        IEnumerable<object?> kinds = GetType().GetMethod(nameof(EveryEndOfAnAttempt_HasItsMeaning_R12))!
            .GetCustomAttributes(typeof(TestCaseAttribute), inherit: false)
            .Select(static item => ((TestCaseAttribute)item).Arguments)
            .Where(static arguments => arguments[0] is AttemptResult.Failed)
            .Select(static arguments => arguments[1]);

        Assert.That(kinds, Is.EquivalentTo(Enum.GetValues<FailureKind>()));
    }

    [Test]
    public void RouterBehind_WithNobodyForOneRequest_IsNotUnwell() =>
        Assert.That(HealthRules.Judge(AttemptResult.Failed, FailureKind.Unknown, isRouter: true), Is.EqualTo(HealthVerdict.Neutral));

    [Test]
    public void ConversationThatAProviderHasForgotten_IsNotItsEndpointsFault() =>
        Assert.That(HealthRules.Judge(AttemptResult.Failed, FailureKind.NotFound, isPinned: true), Is.EqualTo(HealthVerdict.Neutral));

    private bool TryAcquire(out HealthLease lease) => _health.TryAcquire(Settings, _clock, out lease, out _);

    private HealthChange Complete(HealthLease lease, HealthVerdict verdict, FailureKind? failure = null, TimeSpan? retryAfter = null) =>
        _health.Complete(lease, verdict, failure, retryAfter, Settings, _clock);

    private void Fail(int times, HealthSettings? settings = null)
    {
        for (int i = 0; i < times; i++)
        {
            _health.TryAcquire(settings ?? Settings, _clock, out HealthLease lease, out _);
            _health.Complete(lease, HealthVerdict.Failure, FailureKind.ServerError, retryAfter: null, settings ?? Settings, _clock);
        }
    }

    private void Succeed(HealthSettings? settings = null)
    {
        Assert.That(_health.TryAcquire(settings ?? Settings, _clock, out HealthLease lease, out _), Is.True);
        _health.Complete(lease, HealthVerdict.Success, failure: null, retryAfter: null, settings ?? Settings, _clock);
    }

    private int Admitted(int callers)
    {
        int admitted = 0;
        for (int i = 0; i < callers; i++)
        {
            admitted += TryAcquire(out HealthLease _) ? 1 : 0;
        }

        return admitted;
    }
}
