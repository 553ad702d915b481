namespace LlmRouting.Execution;

/// <summary>Says when endpoints are called in the background, so that no request has to find out how they are.</summary>
/// <remarks>Immutable. A probe is a tiny request that is paid for like others: its cost is measured, and counts towards no budget.</remarks>
public sealed record ProbeSettings
{
    /// <summary>Gets whether endpoints are probed.</summary>
    /// <value>Default false.</value>
    public bool Enabled { get; init; }

    /// <summary>Gets how long lies between two looks at what there is to probe.</summary>
    /// <value>From a second to a day; default 30 seconds. An endpoint that was passed over is probed once its time is over.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets after which time without an answer an endpoint that is well is called, to keep connections and caches warm.</summary>
    /// <value>Zero means never: only endpoints that were passed over are probed; default 10 minutes. At most a day.</value>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets how many probes are made in an hour, all endpoints together.</summary>
    /// <value>At least 1; default 60.</value>
    public int MaxPerHour { get; init; } = 60;

    /// <summary>Gets how long a probe may take.</summary>
    /// <value>Positive, at most a day; default 10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromDays(1))
        {
            yield return $"Execution:Probes:Interval is {Interval}; it must be between a second and a day.";
        }

        if (IdleAfter < TimeSpan.Zero || IdleAfter > TimeSpan.FromDays(1))
        {
            yield return $"Execution:Probes:IdleAfter is {IdleAfter}; it must be zero or longer, and at most a day.";
        }

        if (MaxPerHour < 1)
        {
            yield return FormattableString.Invariant($"Execution:Probes:MaxPerHour is {MaxPerHour}; it must be at least 1.");
        }

        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromDays(1))
        {
            yield return $"Execution:Probes:Timeout is {Timeout}; it must be longer than zero and at most a day.";
        }
    }
}
