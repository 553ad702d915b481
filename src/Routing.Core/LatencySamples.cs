namespace LlmRouting;

/// <summary>Keeps the last latencies of an endpoint, for their percentiles.</summary>
/// <remarks>Thread-safe. Made only for endpoints that somebody asks a percentile of.</remarks>
internal sealed class LatencySamples
{
    /// <summary>How many latencies are kept.</summary>
    public const int Capacity = 256;

    // Sorting costs a few microseconds, and a few more samples change little.
    private const int FreshFor = 8;

    private static readonly long Lifetime = TimeSpan.FromMinutes(10).Ticks;

    private readonly Lock _lock = new();
    private readonly long[] _ticks = new long[Capacity];
    private readonly long[] _sorted = new long[Capacity];
    private int _count;
    private int _next;
    private int _sortedCount;
    private int _addedSince;
    private long _lastAt;

    /// <summary>Adds a latency; one that was cut short counts with the time it had taken.</summary>
    public void Add(TimeSpan latency, long now)
    {
        lock (_lock)
        {
            Forget_NeedsLock(now);
            _lastAt = now;
            _ticks[_next] = latency.Ticks;
            _next = (_next + 1) % Capacity;
            _count = Math.Min(_count + 1, Capacity);
            _addedSince++;
        }
    }

    /// <summary>Gets the latency that a share of the calls did not exceed.</summary>
    /// <returns>null when fewer than <paramref name="minSamples"/> are known.</returns>
    public TimeSpan? Percentile(double share, int minSamples, long now)
    {
        lock (_lock)
        {
            Forget_NeedsLock(now);
            if (_count == 0 || _count < minSamples)
            {
                return null;
            }

            if (_sortedCount == 0 || _addedSince >= FreshFor)
            {
                Array.Copy(_ticks, _sorted, _count);
                Array.Sort(_sorted, 0, _count);
                _sortedCount = _count;
                _addedSince = 0;
            }

            // The nearest rank.
            return TimeSpan.FromTicks(_sorted[Math.Clamp((int)Math.Ceiling(share * _sortedCount) - 1, 0, _sortedCount - 1)]);
        }
    }

    private void Forget_NeedsLock(long now)
    {
        if (_count > 0 && now - _lastAt > Lifetime)
        {
            _count = _next = _sortedCount = _addedSince = 0;
        }
    }
}
