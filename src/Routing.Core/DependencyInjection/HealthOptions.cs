namespace LlmRouting.DependencyInjection;

/// <summary>Configures when an endpoint is passed over because it fails; see <see cref="HealthSettings"/> for what it means.</summary>
public sealed class HealthOptions
{
    /// <summary>Gets or sets after how many failures in a row.</summary>
    /// <value>0 means never; default 3.</value>
    public int ConsecutiveFailures { get; set; } = 3;

    /// <summary>Gets or sets from which share of failures on.</summary>
    /// <value>0 to 1; 0 means never; default 0.5.</value>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Gets or sets how many calls the share takes.</summary>
    /// <value>At least 1; default 10.</value>
    public int MinimumThroughput { get; set; } = 10;

    /// <summary>Gets or sets over which time the share is counted.</summary>
    /// <value>Positive; default 30 seconds.</value>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets for how long, the first time; each further one doubles it.</summary>
    /// <value>0 means never; default 5 seconds.</value>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets what doubling leads to at most.</summary>
    /// <value>Default 2 minutes.</value>
    public TimeSpan MaxBreakDuration { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets for how long after too many requests, when the service does not say.</summary>
    /// <value>0 means never; default 5 seconds.</value>
    public TimeSpan RateLimitBreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how much of a Retry-After is honoured.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets for how long when the key, the address or the account is wrong.</summary>
    /// <value>0 means never; default 5 minutes.</value>
    public TimeSpan MisconfiguredBreakDuration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets over which time the share of calls grows when it works again.</summary>
    /// <value>0 means at once; default 10 seconds.</value>
    public TimeSpan RampUp { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets what happens when every endpoint is passed over.</summary>
    /// <value>Default <see cref="AllOpenPolicy.TryLeastBad"/>.</value>
    public AllOpenPolicy WhenAllOpen { get; set; } = AllOpenPolicy.TryLeastBad;

    internal HealthSettings ToSettings() => new()
    {
        ConsecutiveFailures = ConsecutiveFailures,
        FailureRatio = FailureRatio,
        MinimumThroughput = MinimumThroughput,
        Window = Window,
        BreakDuration = BreakDuration,
        MaxBreakDuration = MaxBreakDuration,
        RateLimitBreakDuration = RateLimitBreakDuration,
        MaxRetryAfter = MaxRetryAfter,
        MisconfiguredBreakDuration = MisconfiguredBreakDuration,
        RampUp = RampUp,
        WhenAllOpen = WhenAllOpen,
    };
}
