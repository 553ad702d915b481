using LlmRouting.Execution;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures calls in the background to endpoints that were passed over or not used for long; see <see cref="ProbeSettings"/> for what it means.</summary>
public sealed class ProbeOptions
{
    /// <summary>Gets or sets whether endpoints are probed.</summary>
    /// <value>Default false.</value>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets how long lies between two looks at what there is to probe.</summary>
    /// <value>From a second to a day; default 30 seconds.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets after which time without an answer an endpoint that is well is called.</summary>
    /// <value>Zero means never; default 10 minutes.</value>
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how many probes are made in an hour, all endpoints together.</summary>
    /// <value>At least 1; default 60.</value>
    public int MaxPerHour { get; set; } = 60;

    /// <summary>Gets or sets how long a probe may take.</summary>
    /// <value>Positive; default 10 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    internal ProbeSettings ToSettings() => new()
    {
        Enabled = Enabled,
        Interval = Interval,
        IdleAfter = IdleAfter,
        MaxPerHour = MaxPerHour,
        Timeout = Timeout,
    };
}
