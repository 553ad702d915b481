namespace LlmRouting.Admission;

/// <summary>Smooths the load over time, and says with hysteresis whether it is high.</summary>
/// <remarks>Not thread-safe: its limiter's lock guards it.</remarks>
internal struct LoadMeter(long now)
{
    // Long enough that one burst of calls is no overload, short enough that a real one is answered within seconds.
    private const double SmoothingSeconds = 1;

    private long _at = now;

    /// <summary>Gets the smoothed load.</summary>
    public double Smoothed { get; private set; }

    public bool IsHigh { get; private set; }

    /// <summary>Takes note of the load that was in force until now, since the last note.</summary>
    public void Note(double load, long now, double secondsPerTick, AdmissionSettings settings)
    {
        // The implicit Euler form of exponential decay: as stable over a long gap, and without an exponential. A timestamp that another
        // thread took a moment earlier changes nothing.
        double seconds = (now - _at) * secondsPerTick;
        if (seconds > 0)
        {
            Smoothed += (load - Smoothed) * seconds / (SmoothingSeconds + seconds);
            _at = now;
        }

        IsHigh = settings.DegradeAbove is { } above && (IsHigh ? Smoothed > settings.EndsBelow : Smoothed > above);
    }
}
