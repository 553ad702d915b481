namespace LlmRouting;

/// <summary>Reads clocks for what is kept longer than one request.</summary>
internal static class Monotonic
{
    /// <summary>Gets the time as ticks of <see cref="TimeSpan"/> since some moment, whatever the frequency of the clock.</summary>
    public static long Now(TimeProvider timeProvider) => timeProvider.GetElapsedTime(0, timeProvider.GetTimestamp()).Ticks;
}
