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

    /// <summary>Gets how much of an average is left after a time.</summary>
    /// <remarks>
    /// e^-t as 2^-i x 2^-f: the whole part is an exponent, the fraction the first terms of the series for 2^-f. It is good to two in a
    /// hundred thousand, which no latency is, and takes a fraction of the time of <see cref="Math.Exp"/>, twice for each pick.
    /// </remarks>
    internal static double Kept(long ticks)
    {
        const double PerTick = 1.4426950408889634 / (DecaySeconds * TimeSpan.TicksPerSecond);
        const int SmallestExponent = 1000;
        double powers = ticks * PerTick;
        if (powers <= 0)
        {
            return 1;
        }

        if (powers > SmallestExponent)
        {
            return 0;
        }

        long whole = (long)powers;
        double f = powers - whole;
        double fraction = 1 + (f * (-0.693147180559945 + (f * (0.240226506959101 + (f * (-0.0555041086648216 + (f * (0.00961812910762848 + (f * (-0.00133335581464284 + (f * 0.000154035303933816)))))))))));
        return BitConverter.Int64BitsToDouble((1023 - whole) << 52) * fraction;
    }
}
