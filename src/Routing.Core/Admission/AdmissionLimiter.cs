namespace LlmRouting.Admission;

/// <summary>Lets so many requests run at a time, interactive ones first, and tells how busy it is.</summary>
/// <remarks>
/// Thread-safe. Within a priority, first come, first served. While both priorities wait, background requests get their share of the turns
/// and no more. A class of its own, since the limiters of System.Threading.RateLimiting know no priorities. An uncontended entry takes one
/// lock and allocates nothing; one that waits allocates. Its counts are per process: replicas do not share them.
/// </remarks>
public sealed class AdmissionLimiter
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _timeProvider;
    private readonly double _ticksPerSecond;
    private readonly LinkedList<AdmissionWaiter> _interactive = new();
    private readonly LinkedList<AdmissionWaiter> _background = new();
    private AdmissionSettings _settings;
    private LoadMeter _meter;
    private int _inUse;
    private double _backgroundCredit;
    private long _rejected;

    /// <summary>Creates a limiter.</summary>
    /// <param name="settings">The bounds.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public AdmissionLimiter(AdmissionSettings settings, TimeProvider? timeProvider = null)
    {
        _settings = Checked(settings);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _ticksPerSecond = _timeProvider.TimestampFrequency;
        _meter = new LoadMeter(_timeProvider.GetTimestamp());
    }

    /// <summary>Gets or sets the bounds.</summary>
    /// <value>New ones hold at once for whoever comes; a lower limit takes no place away from a request that runs.
    /// Routers look at <see cref="AdmissionSettings.DegradeAbove"/> when they are built: those built without it never degrade.</value>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public AdmissionSettings Settings
    {
        get => Volatile.Read(ref _settings);
        set
        {
            Checked(value);
            lock (_lock)
            {
                Note_NeedsLock(_timeProvider.GetTimestamp());
                _settings = value;
            }

            AdmitNext();
        }
    }

    /// <summary>Gets how busy the limiter is now.</summary>
    public AdmissionLoad Load
    {
        get
        {
            lock (_lock)
            {
                Note_NeedsLock(_timeProvider.GetTimestamp());
                return new AdmissionLoad(_inUse, _settings.MaxConcurrent, _interactive.Count, _background.Count, _meter.Smoothed, _meter.IsHigh, _rejected);
            }
        }
    }

    /// <summary>Takes a place, or waits for one; whoever gets it must <see cref="Release"/> it.</summary>
    /// <param name="priority">Whether somebody waits for the answer.</param>
    /// <param name="cancellationToken">Leaves the queue at once.</param>
    /// <returns>How long the request waited, once the place is taken.</returns>
    /// <exception cref="OverloadedException">The queue is full, or the time in it is over.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled while waiting.</exception>
    internal ValueTask<TimeSpan> EnterAsync(RequestPriority priority, CancellationToken cancellationToken)
    {
        long now = _timeProvider.GetTimestamp();
        AdmissionWaiter waiter;
        AdmissionSettings settings;
        lock (_lock)
        {
            settings = _settings;
            Note_NeedsLock(now);
            if (_inUse < settings.MaxConcurrent && _interactive.Count == 0 && _background.Count == 0)
            {
                _inUse++;
                return new(TimeSpan.Zero);
            }

            LinkedList<AdmissionWaiter> queue = QueueOf(priority);
            if (queue.Count >= settings.MaxQueue)
            {
                _rejected++;
                return ValueTask.FromException<TimeSpan>(OverloadedException.QueueFull(priority, settings.MaxConcurrent, settings.MaxQueue));
            }

            waiter = new AdmissionWaiter(this, priority);
            waiter.Node = queue.AddLast(waiter);
        }

        return new(WaitAsync(waiter, settings, now, cancellationToken));
    }

    /// <summary>Gives a place back, and admits whoever is next.</summary>
    internal void Release()
    {
        long now = _timeProvider.GetTimestamp();
        lock (_lock)
        {
            Note_NeedsLock(now);
            _inUse--;
            if (_interactive.Count == 0 && _background.Count == 0)
            {
                return;
            }
        }

        AdmitNext();
    }

    private async Task<TimeSpan> WaitAsync(AdmissionWaiter waiter, AdmissionSettings settings, long since, CancellationToken cancellationToken)
    {
        // A place may have become free since the waiter stood in line.
        AdmitNext();
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                AdmissionWaiter waiter = (AdmissionWaiter)state!;
                if (waiter.Limiter.TryLeave(waiter, isRejected: false))
                {
                    waiter.Cancel(token);
                }
            },
            waiter);
        await using (registration.ConfigureAwait(false))
        {
            ITimer timer = _timeProvider.CreateTimer(
                static state =>
                {
                    AdmissionWaiter waiter = (AdmissionWaiter)state!;
                    if (waiter.Limiter.TryLeave(waiter, isRejected: true))
                    {
                        waiter.TimeOut();
                    }
                },
                waiter,
                settings.QueueTimeout,
                Timeout.InfiniteTimeSpan);
            await using (timer.ConfigureAwait(false))
            {
                return await waiter.Turn.ConfigureAwait(false)
                    ? _timeProvider.GetElapsedTime(since)
                    : throw OverloadedException.QueueTimeout(waiter.Priority, settings.MaxConcurrent, settings.QueueTimeout);
            }
        }
    }

    private bool TryLeave(AdmissionWaiter waiter, bool isRejected)
    {
        lock (_lock)
        {
            if (waiter.Node is not { } node)
            {
                return false;
            }

            QueueOf(waiter.Priority).Remove(node);
            waiter.Node = null;
            _rejected += isRejected ? 1 : 0;
            return true;
        }
    }

    private void AdmitNext()
    {
        while (TakeNext() is { } waiter)
        {
            waiter.Admit();
        }
    }

    private AdmissionWaiter? TakeNext()
    {
        lock (_lock)
        {
            if (_inUse >= _settings.MaxConcurrent || NextQueue_NeedsLock() is not { First: { } node } queue)
            {
                return null;
            }

            queue.Remove(node);
            node.Value.Node = null;
            _inUse++;
            return node.Value;
        }
    }

    private LinkedList<AdmissionWaiter>? NextQueue_NeedsLock()
    {
        if (_interactive.Count == 0 || _background.Count == 0)
        {
            // Credit is for turns given up while waiting; nobody saves any for later.
            _backgroundCredit = 0;
            return _interactive.Count > 0 ? _interactive : _background.Count > 0 ? _background : null;
        }

        _backgroundCredit += _settings.BackgroundShare;
        if (_backgroundCredit < 1 - 1e-9) // ten tenths are a little less than one
        {
            return _interactive;
        }

        _backgroundCredit--;
        return _background;
    }

    private LinkedList<AdmissionWaiter> QueueOf(RequestPriority priority) => priority == RequestPriority.Background ? _background : _interactive;

    // Before every change, since what counts is the load that was in force until then.
    private void Note_NeedsLock(long now) => _meter.Note(Math.Min(1, _inUse / (double)_settings.MaxConcurrent), now, _ticksPerSecond, _settings);

    private static AdmissionSettings Checked(AdmissionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return string.Join(" ", settings.FindErrors()) is { Length: > 0 } errors ? throw new ArgumentException(errors, nameof(settings)) : settings;
    }
}
