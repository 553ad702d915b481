namespace LlmRouting;

/// <summary>Averages latencies, quick to believe a slow one and slow to forget it.</summary>
/// <remarks>
/// Peak EWMA after Finagle's load balancer: a latency above the average replaces it, one below moves it by how much time has passed, and with
/// time alone it falls towards zero, so that an endpoint that was slow, or that nobody has called, is tried again. Reads take no lock.
/// </remarks>
internal sealed class PeakLatency
{
    // Finagle's default is 10 s for calls of milliseconds; answers of models take seconds, so that fewer calls would tell the same.
    private const double DecaySeconds = 30;

    private readonly Lock _lock = new();
    private double _seconds = double.NaN;
    private long _asOf;

    /// <summary>Gets the average as it is now.</summary>
    /// <returns>Seconds; NaN before the first latency.</returns>
    public double Read(long now)
    {
        double seconds = Volatile.Read(ref _seconds);
        return double.IsNaN(seconds) ? seconds : seconds * Kept(now - Volatile.Read(ref _asOf));
    }

    public void Add(TimeSpan latency, long now)
    {
        double seconds = latency.TotalSeconds;
        lock (_lock)
        {
            double known = _seconds;
            double kept = Kept(now - _asOf);
            Volatile.Write(ref _seconds, double.IsNaN(known) || seconds > known * kept ? seconds : (known * kept) + (seconds * (1 - kept)));
            Volatile.Write(ref _asOf, now);
        }
    }

    private static double Kept(long ticks) => ticks <= 0 ? 1 : Math.Exp(-ticks / (DecaySeconds * TimeSpan.TicksPerSecond));
}
