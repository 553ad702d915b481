namespace LlmRouting;

/// <summary>Remembers how long the answers of an endpoint took: on average, of late, and for the percentiles that somebody asks for.</summary>
/// <remarks>Thread-safe. Reads take no lock.</remarks>
internal sealed class EndpointLatency
{
    // A decayed average forgets an outlier after a handful of calls and follows a real change within about ten.
    private const double LatencyDecay = 0.2;

    // What nobody has measured for this long is not known any more, so that a model that was slow once is tried again (R22).
    private static readonly TimeSpan LatencyLifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly PeakLatency _callPeak = new();
    private readonly PeakLatency _firstTokenPeak = new();
    private LatencySamples? _callSamples;
    private LatencySamples? _firstTokenSamples;
    private double _latencySeconds = double.NaN;
    private double _firstTokenSeconds = double.NaN;
    private long _latencyAsOf;
    private TimeProvider? _clock;

    /// <summary>Gets the decayed average time of whole answers.</summary>
    /// <value>null when none is known.</value>
    public TimeSpan? OfCalls => KnownNow(ref _latencySeconds);

    /// <summary>Gets the decayed average time until a stream's first meaningful content.</summary>
    /// <value>null when none is known.</value>
    public TimeSpan? OfFirstTokens => KnownNow(ref _firstTokenSeconds);

    /// <summary>Says whether no answer has come since a moment.</summary>
    public bool IsSilentSince(long moment) => double.IsNaN(Volatile.Read(ref _latencySeconds)) || Volatile.Read(ref _latencyAsOf) < moment;

    /// <summary>Gets the latency that balancing goes by.</summary>
    /// <returns>Seconds; NaN when nothing is known.</returns>
    public double PeakSeconds(bool isStreaming, long now) => (isStreaming ? _firstTokenPeak : _callPeak).Read(now);

    /// <summary>Gets <see cref="OfCalls"/> without a look at the clock for each endpoint of a decision.</summary>
    /// <param name="now">Now, from <see cref="Monotonic"/>; 0 when nobody has looked yet.</param>
    public TimeSpan? CallsAt(ref long now) => Known(ref _latencySeconds, ref now);

    /// <summary>Learns from a call that succeeded.</summary>
    /// <param name="elapsed">What was waited for the whole answer.</param>
    /// <param name="firstToken">What was waited for a stream's first content; null when it was no stream.</param>
    /// <param name="timeProvider">The clock.</param>
    public void Record(TimeSpan elapsed, TimeSpan? firstToken, TimeProvider timeProvider)
    {
        long now = Monotonic.Now(timeProvider);
        lock (_lock)
        {
            bool isForgotten = now - _latencyAsOf > LatencyLifetime.Ticks;

            // First, because whoever sees a latency looks at its age.
            _clock = timeProvider;
            Volatile.Write(ref _latencyAsOf, now);
            Learn(ref _latencySeconds, elapsed, isForgotten);
            if (firstToken is { } first)
            {
                Learn(ref _firstTokenSeconds, first, isForgotten);
            }
        }

        if (firstToken is { } peak)
        {
            _firstTokenPeak.Add(peak, now);
            _firstTokenSamples?.Add(peak, now);
        }
        else
        {
            _callPeak.Add(elapsed, now);
        }

        _callSamples?.Add(elapsed, now);
    }

    /// <summary>Learns that nothing came for a while; balancing then prefers others, until time has passed.</summary>
    public void RecordSilence(TimeSpan elapsed, bool isStreaming, TimeProvider timeProvider)
    {
        long now = Monotonic.Now(timeProvider);
        (isStreaming ? _firstTokenPeak : _callPeak).Add(elapsed, now);
        (isStreaming ? _firstTokenSamples : _callSamples)?.Add(elapsed, now);
    }

    /// <summary>Gets the time within which a share of the calls came; from the first question on, calls are remembered for that.</summary>
    /// <param name="firstToken">Whether the time to a stream's first content counts, rather than that of a whole answer.</param>
    /// <param name="share">The share.</param>
    /// <param name="minSamples">How many calls must be known.</param>
    /// <param name="now">Now, from <see cref="Monotonic"/>.</param>
    /// <returns>null when too few are known.</returns>
    public TimeSpan? Percentile(bool firstToken, double share, int minSamples, long now)
    {
        ref LatencySamples? samples = ref firstToken ? ref _firstTokenSamples : ref _callSamples;
        if (Volatile.Read(ref samples) is { } known)
        {
            return known.Percentile(share, minSamples, now);
        }

        Interlocked.CompareExchange(ref samples, new LatencySamples(), null);
        return null;
    }

    private static void Learn(ref double average, TimeSpan elapsed, bool isForgotten)
    {
        double seconds = elapsed.TotalSeconds;
        double known = average;
        Volatile.Write(ref average, isForgotten || double.IsNaN(known) ? seconds : known + (LatencyDecay * (seconds - known)));
    }

    private TimeSpan? KnownNow(ref double average)
    {
        long now = 0;
        return Known(ref average, ref now);
    }

    private TimeSpan? Known(ref double average, ref long now)
    {
        double seconds = Volatile.Read(ref average);
        if (double.IsNaN(seconds))
        {
            return null;
        }

        if (now == 0)
        {
            now = Monotonic.Now(_clock!); // not null: kept with the first latency
        }

        return now - Volatile.Read(ref _latencyAsOf) > LatencyLifetime.Ticks ? null : TimeSpan.FromSeconds(seconds);
    }
}
