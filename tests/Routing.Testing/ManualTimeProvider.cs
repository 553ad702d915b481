namespace LlmRouting.Testing;

/// <summary>Is a clock that only moves when a test moves it; timers fire while it moves, on the thread that moves it.</summary>
/// <remarks>Thread-safe. Starting, stopping and firing a timer cost the logarithm of how many wait.</remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();

    // A timer that is changed leaves its old entry behind, which is passed over when its turn comes, or swept out when most are of that kind.
    private readonly PriorityQueue<Entry, (long Due, long Order)> _queue = new();
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _order;
    private int _active;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Gets how many timers are waiting.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_lock)
            {
                return _active;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Moves the clock; every timer that comes due on the way fires at its own time.</summary>
    /// <param name="time">How far; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="time"/> is negative.</exception>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        DateTimeOffset target = GetUtcNow() + time;
        while (Next(target) is { } timer)
        {
            timer.Fire();
        }

        lock (_lock)
        {
            _now = target > _now ? target : _now;
        }
    }

    /// <summary>Moves the clock to the time of the next timer, and fires it and all others of the same time.</summary>
    /// <returns>False when no timer waits; the clock stays where it is then.</returns>
    public bool AdvanceToNextTimer()
    {
        if (Next(DateTimeOffset.MaxValue) is not { } first)
        {
            return false;
        }

        first.Fire();
        while (Next(GetUtcNow()) is { } timer)
        {
            timer.Fire();
        }

        return true;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? Next(DateTimeOffset target)
    {
        lock (_lock)
        {
            while (_queue.TryPeek(out Entry entry, out (long Due, long Order) at) && at.Due <= target.UtcTicks)
            {
                _queue.Dequeue();
                if (entry.Version != entry.Timer.Version)
                {
                    continue;
                }

                _now = at.Due > _now.UtcTicks ? new DateTimeOffset(at.Due, TimeSpan.Zero) : _now;
                _active--;
                entry.Timer.IsWaiting = false;
                if (entry.Timer.Period > TimeSpan.Zero)
                {
                    Start_NeedsLock(entry.Timer, at.Due + entry.Timer.Period.Ticks);
                }

                return entry.Timer;
            }

            return null;
        }
    }

    private void Start_NeedsLock(ManualTimer timer, long due)
    {
        const int WorthSweeping = 256;
        if (_queue.Count > WorthSweeping && _queue.Count > 2 * _active)
        {
            (Entry Element, (long, long) Priority)[] live = [.. _queue.UnorderedItems.Where(static item => item.Element.Version == item.Element.Timer.Version)];
            _queue.Clear();
            _queue.EnqueueRange(live);
        }

        timer.IsWaiting = true;
        _active++;
        _queue.Enqueue(new Entry(timer, timer.Version), (due, _order++));
    }

    private void Change(ManualTimer timer, TimeSpan? dueTime)
    {
        lock (_lock)
        {
            timer.Version++;
            if (timer.IsWaiting)
            {
                timer.IsWaiting = false;
                _active--;
            }

            if (dueTime is { } due)
            {
                Start_NeedsLock(timer, (_now + due).UtcTicks);
            }
        }
    }

    private readonly record struct Entry(ManualTimer Timer, int Version);

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _isDisposed;

        public int Version { get; set; }

        public bool IsWaiting { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed)
            {
                return false;
            }

            Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
            clock.Change(this, dueTime == Timeout.InfiniteTimeSpan ? null : dueTime);
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            _isDisposed = true;
            clock.Change(this, dueTime: null);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
