namespace LlmRouting;

/// <summary>Reads clocks for what is kept longer than one request.</summary>
internal static class Monotonic
{
    /// <summary>Gets the time as ticks of <see cref="TimeSpan"/> since some moment, whatever the frequency of the clock.</summary>
    public static long Now(TimeProvider timeProvider)
    {
        const long Nanoseconds = 1_000_000_000;
        long timestamp = timeProvider.GetTimestamp();

        // The usual frequencies need no division of floating-point numbers; the same one is used for the life of a clock.
        return timeProvider.TimestampFrequency switch
        {
            Nanoseconds => timestamp / (Nanoseconds / TimeSpan.TicksPerSecond),
            TimeSpan.TicksPerSecond => timestamp,
            _ => timeProvider.GetElapsedTime(0, timestamp).Ticks,
        };
    }
}
