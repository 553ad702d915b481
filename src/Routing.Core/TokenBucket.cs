namespace LlmRouting;

/// <summary>Counts one minute's allowance down, and up again as time passes.</summary>
/// <remarks>
/// Not thread-safe. A token bucket, as providers document for their own limits: it holds one minute's worth and is full at first. It may go
/// below zero when more was used than had been reserved; then it admits nothing until time has made up for it.
/// </remarks>
internal struct TokenBucket
{
    private double _used;
    private long _asOf;

    /// <summary>Says how long it takes until an amount fits.</summary>
    /// <returns>Ticks; zero when it fits now. What is larger than the bucket fits into a full one.</returns>
    public long WaitFor(long amount, int perMinute, long now)
    {
        Refill(perMinute, now);
        double missing = _used + Math.Min(amount, perMinute) - perMinute;
        return missing <= 0 ? 0 : (long)Math.Ceiling(missing * TimeSpan.TicksPerMinute / perMinute);
    }

    public void Take(long amount) => _used += amount;

    /// <summary>Gives back what was taken but not used.</summary>
    public void GiveBack(long amount) => _used = Math.Max(0, _used - amount);

    private void Refill(int perMinute, long now)
    {
        long passed = now - _asOf;
        if (passed > 0)
        {
            _used = Math.Max(0, _used - ((double)passed * perMinute / TimeSpan.TicksPerMinute));
            _asOf = now;
        }
    }
}
