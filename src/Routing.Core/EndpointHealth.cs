namespace LlmRouting;

/// <summary>Decides whether an endpoint is called: a circuit breaker that hands out leases.</summary>
/// <remarks>
/// Thread-safe. While the endpoint is well, a lease costs one read and its end one interlocked increment; neither takes a lock, looks at the
/// clock or allocates. Why not Polly's: docs/adr/0008. The settings come with each call, so that a reload changes them and nothing else.
/// </remarks>
internal sealed class EndpointHealth
{
    private const int StateBits = 2;
    private const long StateMask = (1 << StateBits) - 1;

    // With less, a service that takes ten seconds to answer would be tried by nobody else for a long time.
    private const double FirstShare = 0.1;

    private readonly Lock _lock = new();
    private readonly FailureWindow _window = new();

    // The state in the low bits, above them how often it has changed: one read tells both, so a lease never mixes two states.
    private long _gate;
    private int _consecutive;
    private int _openings;
    private long _openUntil;
    private DateTimeOffset _openUntilUtc;
    private HealthVerdict _openedFor;
    private FailureKind? _lastFailure;
    private int _probes;
    private int _probe;
    private long _probeSince;
    private long _rampSince;
    private double _rampCredit;

    /// <summary>Gets how the endpoint is doing.</summary>
    public EndpointHealthSnapshot Snapshot
    {
        get
        {
            lock (_lock)
            {
                CircuitState state = StateOf(_gate);
                return new(state, state == CircuitState.Open ? _openUntilUtc : null, _lastFailure, _consecutive);
            }
        }
    }

    /// <summary>Says whether an attempt would be let through now; gives no lease.</summary>
    public bool IsReady(HealthSettings settings, long now)
    {
        switch (StateOf(Volatile.Read(ref _gate)))
        {
            case CircuitState.Closed or CircuitState.RampUp:
                return true;

            case CircuitState.Open:
                lock (_lock)
                {
                    return now >= _openUntil;
                }

            default:
                lock (_lock)
                {
                    return _probe == 0 || now - _probeSince > ProbeTicks(settings);
                }
        }
    }

    /// <summary>Asks for leave to make one attempt.</summary>
    public bool TryAcquire(HealthSettings settings, TimeProvider timeProvider, out HealthLease lease, out HealthChange change)
    {
        change = default;
        long gate = Volatile.Read(ref _gate);
        lease = new(gate, Probe: 0);
        return StateOf(gate) == CircuitState.Closed || TryAcquireUnwell(settings, timeProvider, ref lease, ref change);
    }

    /// <summary>Gives leave whatever the state: the attempt is the last resort of its request.</summary>
    public HealthLease Force() => new(Volatile.Read(ref _gate), Probe: 0);

    /// <summary>Says how long the endpoint is still passed over, and why.</summary>
    public (TimeSpan Left, HealthVerdict Why) Remaining(TimeProvider timeProvider)
    {
        lock (_lock)
        {
            return StateOf(_gate) == CircuitState.Open
                ? (TimeSpan.FromTicks(Math.Max(0, _openUntil - Monotonic.Now(timeProvider))), _openedFor)
                : (TimeSpan.Zero, HealthVerdict.Neutral);
        }
    }

    /// <summary>Ends a lease; once for each.</summary>
    /// <param name="lease">What <see cref="TryAcquire"/> or <see cref="Force"/> gave.</param>
    /// <param name="verdict">What the attempt told.</param>
    /// <param name="failure">Its failure; null for a success.</param>
    /// <param name="retryAfter">How long the service asked to be left alone; null when it did not.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="timeProvider">The clock.</param>
    public HealthChange Complete(
        HealthLease lease,
        HealthVerdict verdict,
        FailureKind? failure,
        TimeSpan? retryAfter,
        HealthSettings settings,
        TimeProvider timeProvider)
    {
        if (verdict == HealthVerdict.Neutral && lease.Probe == 0)
        {
            return default;
        }

        if (verdict == HealthVerdict.Success && lease.Gate == Volatile.Read(ref _gate) && StateOf(lease.Gate) is CircuitState.Closed or CircuitState.RampUp)
        {
            _window.AddSuccess();
            if (Volatile.Read(ref _consecutive) != 0)
            {
                Volatile.Write(ref _consecutive, 0);
            }

            return default;
        }

        lock (_lock)
        {
            bool isProbe = lease.Probe != 0 && lease.Probe == _probe;
            if (isProbe)
            {
                _probe = 0;
            }

            if (verdict == HealthVerdict.Neutral)
            {
                return default;
            }

            // A probe is judged by its number: its state had not begun when its lease was made.
            bool isCurrent = isProbe || (lease.Probe == 0 && lease.Gate == _gate);
            return verdict == HealthVerdict.Success
                ? isCurrent && StateOf(_gate) is CircuitState.Open or CircuitState.HalfOpen ? Recover_NeedsLock(settings, timeProvider) : default
                : Fail_NeedsLock(verdict, failure, retryAfter, isCurrent, settings, timeProvider);
        }
    }

    private bool TryAcquireUnwell(HealthSettings settings, TimeProvider timeProvider, ref HealthLease lease, ref HealthChange change)
    {
        lock (_lock)
        {
            long now = Monotonic.Now(timeProvider);
            switch (StateOf(_gate))
            {
                case CircuitState.Closed:
                    lease = new(_gate, Probe: 0);
                    return true;

                case CircuitState.Open when now < _openUntil:
                    return false;

                case CircuitState.Open:
                    change = Move_NeedsLock(CircuitState.HalfOpen);
                    lease = TakeProbe_NeedsLock(now);
                    return true;

                case CircuitState.HalfOpen:
                    // A probe that takes longer than the endpoint was passed over, such as a long stream or one that nobody closes, blocks no other.
                    if (_probe != 0 && now - _probeSince <= ProbeTicks(settings))
                    {
                        return false;
                    }

                    lease = TakeProbe_NeedsLock(now);
                    return true;

                default:
                    return TryRamp_NeedsLock(settings, now, ref lease, ref change);
            }
        }
    }

    private bool TryRamp_NeedsLock(HealthSettings settings, long now, ref HealthLease lease, ref HealthChange change)
    {
        double share = settings.RampUp > TimeSpan.Zero ? (double)(now - _rampSince) / settings.RampUp.Ticks : 1;
        if (share >= 1)
        {
            _openings = 0;
            change = Move_NeedsLock(CircuitState.Closed);
            lease = new(_gate, Probe: 0);
            return true;
        }

        // Counted, not drawn: the same calls give the same order again.
        _rampCredit += Math.Max(FirstShare, share);
        if (_rampCredit < 1 - 1e-9) // ten tenths are a little less than one
        {
            return false;
        }

        _rampCredit -= 1;
        lease = new(_gate, Probe: 0);
        return true;
    }

    private HealthLease TakeProbe_NeedsLock(long now)
    {
        _probe = _probes = _probes == int.MaxValue ? 1 : _probes + 1;
        _probeSince = now;
        return new(_gate, _probe);
    }

    private HealthChange Recover_NeedsLock(HealthSettings settings, TimeProvider timeProvider)
    {
        _window.Clear();
        _consecutive = 0;
        _probe = 0;
        _openUntil = 0;
        _rampSince = Monotonic.Now(timeProvider);
        _rampCredit = 0;
        if (settings.RampUp > TimeSpan.Zero)
        {
            return Move_NeedsLock(CircuitState.RampUp);
        }

        _openings = 0;
        return Move_NeedsLock(CircuitState.Closed);
    }

    private HealthChange Fail_NeedsLock(
        HealthVerdict verdict,
        FailureKind? failure,
        TimeSpan? retryAfter,
        bool isCurrent,
        HealthSettings settings,
        TimeProvider timeProvider)
    {
        // What an attempt of an earlier state tells is old news, unless it tells how long to stay away.
        bool isOrder = verdict is HealthVerdict.Throttled or HealthVerdict.Misconfigured
            || (retryAfter > TimeSpan.Zero && settings.BreakDuration > TimeSpan.Zero);
        if (!isCurrent && !isOrder)
        {
            return default;
        }

        CircuitState state = StateOf(_gate);
        _lastFailure = failure;
        bool mustOpen = isOrder || state == CircuitState.HalfOpen;
        long now = Monotonic.Now(timeProvider);
        if (isCurrent && state is CircuitState.Closed or CircuitState.RampUp)
        {
            _consecutive++;
            _window.AddFailure(now, settings.Window);
            mustOpen |= IsTooMuch_NeedsLock(settings);
        }
        else if (state == CircuitState.Open && !isOrder)
        {
            // A last resort that failed: it is passed over already.
            return default;
        }

        TimeSpan time = mustOpen ? BreakTime_NeedsLock(verdict, retryAfter, settings) : TimeSpan.Zero;
        if (time <= TimeSpan.Zero)
        {
            return default;
        }

        if (now + time.Ticks > _openUntil)
        {
            _openUntil = now + time.Ticks;
            _openUntilUtc = timeProvider.GetUtcNow() + time;
            _openedFor = verdict;
        }

        if (state == CircuitState.Open)
        {
            return default;
        }

        _openings++;
        _probe = 0;
        return Move_NeedsLock(CircuitState.Open) with { Cause = failure, OpenFor = TimeSpan.FromTicks(_openUntil - now) };
    }

    private bool IsTooMuch_NeedsLock(HealthSettings settings) =>
        (settings.ConsecutiveFailures > 0 && _consecutive >= settings.ConsecutiveFailures)
        || (settings.FailureRatio > 0 && _window.Total >= settings.MinimumThroughput && _window.Failures >= settings.FailureRatio * _window.Total);

    private TimeSpan BreakTime_NeedsLock(HealthVerdict verdict, TimeSpan? retryAfter, HealthSettings settings)
    {
        TimeSpan usual = verdict switch
        {
            HealthVerdict.Misconfigured => settings.MisconfiguredBreakDuration,
            HealthVerdict.Throttled => Grow(settings.RateLimitBreakDuration, settings.MaxBreakDuration),
            _ => Grow(settings.BreakDuration, settings.MaxBreakDuration),
        };

        // Zero means never, whatever the service asks for.
        return usual <= TimeSpan.Zero || retryAfter is not { } asked || asked <= TimeSpan.Zero ? usual
            : asked < settings.MaxRetryAfter ? asked : settings.MaxRetryAfter;
    }

    private TimeSpan Grow(TimeSpan first, TimeSpan most)
    {
        TimeSpan time = first;
        for (int i = 0; i < _openings && time < most; i++)
        {
            time *= 2;
        }

        return time <= most || first > most ? time : most;
    }

    private HealthChange Move_NeedsLock(CircuitState to)
    {
        CircuitState from = StateOf(_gate);
        Volatile.Write(ref _gate, (((_gate >> StateBits) + 1) << StateBits) | (long)to);
        return new(from, to, Cause: null, TimeSpan.Zero);
    }

    private static long ProbeTicks(HealthSettings settings) => Math.Max(settings.BreakDuration.Ticks, TimeSpan.TicksPerSecond);

    private static CircuitState StateOf(long gate) => (CircuitState)(gate & StateMask);
}
