namespace LlmRouting;

/// <summary>Says when an endpoint is passed over, for how long, and how it comes back.</summary>
/// <remarks>Immutable. What counts as a failure is in docs/reliability.md. Health is known per process.</remarks>
public sealed record HealthSettings
{
    /// <summary>Gets after how many failures in a row an endpoint is passed over.</summary>
    /// <value>0 means never; default 3.</value>
    public int ConsecutiveFailures { get; init; } = 3;

    /// <summary>Gets from which share of failures on, within the <see cref="Window"/>, an endpoint is passed over.</summary>
    /// <value>0 to 1; 0 means never; default 0.5.</value>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>Gets how many calls must have ended within the <see cref="Window"/> before the share is looked at.</summary>
    /// <value>At least 1; default 10.</value>
    public int MinimumThroughput { get; init; } = 10;

    /// <summary>Gets over which time the share is counted.</summary>
    /// <value>Positive; default 30 seconds, in ten parts.</value>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets for how long an endpoint that failed is passed over, the first time; each time that it fails again before it has fully come back doubles it.</summary>
    /// <value>0 means that failures never have it passed over; default 5 seconds.</value>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets what doubling leads to at most.</summary>
    /// <value>Default 2 minutes; what is below <see cref="BreakDuration"/> counts as that.</value>
    public TimeSpan MaxBreakDuration { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets for how long an endpoint that is asked too often is passed over, when it does not say so itself.</summary>
    /// <value>0 means never, whatever it says; default 5 seconds.</value>
    public TimeSpan RateLimitBreakDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets how much of what a service asks for in Retry-After is honoured.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets for how long an endpoint is passed over whose key, address or account is wrong.</summary>
    /// <value>0 means never; default 5 minutes.</value>
    public TimeSpan MisconfiguredBreakDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets over which time the share of calls grows that an endpoint gets when it works again.</summary>
    /// <value>0 means that it gets all at once; default 10 seconds, starting with a tenth.</value>
    public TimeSpan RampUp { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets what happens when every endpoint that could serve a request is passed over.</summary>
    /// <value>Default <see cref="AllOpenPolicy.TryLeastBad"/>.</value>
    public AllOpenPolicy WhenAllOpen { get; init; } = AllOpenPolicy.TryLeastBad;

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (ConsecutiveFailures < 0)
        {
            yield return FormattableString.Invariant($"Execution:Health:ConsecutiveFailures is {ConsecutiveFailures}; it must not be negative.");
        }

        if (FailureRatio is not (>= 0 and <= 1))
        {
            yield return FormattableString.Invariant($"Execution:Health:FailureRatio is {FailureRatio}; it must be between 0 and 1.");
        }

        if (MinimumThroughput < 1)
        {
            yield return FormattableString.Invariant($"Execution:Health:MinimumThroughput is {MinimumThroughput}; it must be at least 1.");
        }

        if (Window <= TimeSpan.Zero || Window > TimeSpan.FromDays(1))
        {
            yield return $"Execution:Health:Window is {Window}; it must be longer than zero and at most a day.";
        }

        (string Name, TimeSpan Time)[] times =
        [
            (nameof(BreakDuration), BreakDuration), (nameof(MaxBreakDuration), MaxBreakDuration), (nameof(RateLimitBreakDuration), RateLimitBreakDuration),
            (nameof(MaxRetryAfter), MaxRetryAfter), (nameof(MisconfiguredBreakDuration), MisconfiguredBreakDuration), (nameof(RampUp), RampUp),
        ];
        foreach ((string name, TimeSpan time) in times)
        {
            if (time < TimeSpan.Zero || time > TimeSpan.FromDays(1))
            {
                yield return $"Execution:Health:{name} is {time}; it must be zero or longer, and at most a day.";
            }
        }
    }
}
