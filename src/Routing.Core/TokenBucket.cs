namespace LlmRouting;

/// <summary>Counts one minute's allowance down, and up again as time passes.</summary>
/// <remarks>
/// Thread-safe, without a lock. A token bucket, as providers document for their own limits: it holds one minute's worth and is full at first.
/// It may go below zero when more was used than had been reserved; then it admits nothing until time has made up for it. Kept as the moment
/// at which it will be full again, as in the generic cell rate algorithm (ITU-T I.371), so that one word holds all of it.
/// </remarks>
internal struct TokenBucket
{
    // Fractions of a tick, so that limits of hundreds of millions a minute count each token.
    private const int Fractions = 3;
    private const long Minute = TimeSpan.TicksPerMinute << Fractions;

    // A service that counts nonsense keeps its endpoint away for a day at most.
    private const double LongestCost = 24 * 60 * (double)Minute;

    private long _fullAt;

    /// <summary>Takes an amount, if it fits.</summary>
    /// <returns>0 when it is taken; else how many ticks it takes until it fits. What is larger than the bucket fits into a full one.</returns>
    public long TryTake(long amount, int perMinute, long now)
    {
        long cost = Cost(amount, perMinute);
        long from = now << Fractions;
        long seen = Volatile.Read(ref _fullAt);
        while (Missing(seen, cost, from) is var missing && missing <= 0)
        {
            long found = Interlocked.CompareExchange(ref _fullAt, Math.Max(seen, from) + cost, seen);
            if (found == seen)
            {
                return 0;
            }

            seen = found;
        }

        return Ticks(Missing(seen, cost, from));
    }

    /// <summary>Says how many ticks it takes until an amount fits; 0 when it fits now.</summary>
    public readonly long WaitFor(long amount, int perMinute, long now) =>
        Ticks(Math.Max(0, Missing(Volatile.Read(in _fullAt), Cost(amount, perMinute), now << Fractions)));

    /// <summary>Takes what was used already, whether it fits or not.</summary>
    public void Take(long amount, int perMinute) => Interlocked.Add(ref _fullAt, Cost(amount, perMinute));

    /// <summary>Gives back what was taken but not used.</summary>
    public void GiveBack(long amount, int perMinute) => Interlocked.Add(ref _fullAt, -Cost(amount, perMinute));

    private static long Missing(long fullAt, long cost, long from) => Math.Max(0, fullAt - from) + Math.Min(cost, Minute) - Minute;

    private static long Cost(long amount, int perMinute) => (long)Math.Min((double)amount * Minute / perMinute, LongestCost);

    private static long Ticks(long fractions) => (fractions + (1 << Fractions) - 1) >> Fractions;
}
