using System.Collections.Frozen;

namespace LlmRouting.Execution;

/// <summary>Bounds the walk over the ranking: one budget of attempts and time covers failover, cascade and repair together.</summary>
/// <remarks>Immutable. Applies to streaming and not alike, unless a member says otherwise.</remarks>
public sealed record ExecutionSettings
{
    /// <summary>Gets how many calls one request may make.</summary>
    /// <value>At least 1; default 3. A router behind this router takes its calls from the same budget.</value>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Gets how long a request may take until its answer, or a stream's first meaningful content, is delivered; all attempts, waits and validators together.</summary>
    /// <value>Positive; default 2 minutes. What a stream brings after its first content is bounded by <see cref="StreamTimeout"/>.</value>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets how long one attempt may take that is not streamed.</summary>
    /// <value>Positive; default 1 minute.</value>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets how long a stream may take until its first meaningful content.</summary>
    /// <value>Positive; default 20 seconds. Until then another model can still take over.</value>
    public TimeSpan FirstTokenTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets how long a stream may stay silent after its first meaningful content.</summary>
    /// <value>Positive; default 20 seconds. A longer silence counts as a broken stream.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets how long a stream may take until its first update, of whatever content.</summary>
    /// <value>Positive; null means no other bound than <see cref="FirstTokenTimeout"/>; default null.</value>
    public TimeSpan? OpenTimeout { get; init; }

    /// <summary>Gets how long a stream may take from the start of its request to its end, the time that its reader takes included.</summary>
    /// <value>Positive; null means no bound; default null. A stream that is cut off so counts as a broken one.</value>
    public TimeSpan? StreamTimeout { get; init; }

    /// <summary>Gets how many characters a stream must bring in a second, counted over every <see cref="RateWindow"/> of waiting for it.</summary>
    /// <value>Characters of text and reasoning; 0 means no bound; default 0. A slower stream counts as a broken one.</value>
    public double MinCharactersPerSecond { get; init; }

    /// <summary>Gets for how long a stream is waited for between two looks at its rate.</summary>
    /// <value>Positive; default 10 seconds.</value>
    public TimeSpan RateWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets time limits of tiers that differ from those for all: short ones for a fast tier keep simple requests quick.</summary>
    /// <value>Tier to limits, names in any case if the dictionary says so; empty by default.</value>
    public FrozenDictionary<string, TimeoutSettings> Tiers { get; init; } = FrozenDictionary<string, TimeoutSettings>.Empty;

    /// <summary>Gets how often a request may be sent again to an endpoint where it failed.</summary>
    /// <value>0 or more, for the whole request; default 0. A retry is a call like others: it counts towards <see cref="MaxAttempts"/>.</value>
    public int MaxRetries { get; init; }

    /// <summary>Gets the longest wait before the first retry; each further one doubles it. What is waited is drawn between zero and that.</summary>
    /// <value>Zero or longer; default 200 milliseconds.</value>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets the longest wait before any retry; a service that asks for more in Retry-After is not retried.</summary>
    /// <value>Zero or longer; default 5 seconds.</value>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets which of a model's endpoints is called first.</summary>
    /// <value>Default <see cref="EndpointOrder.Balanced"/>.</value>
    public EndpointOrder EndpointOrder { get; init; } = EndpointOrder.Balanced;

    /// <summary>Gets the region whose endpoints are called first, for requests that name none.</summary>
    /// <value>null means any; default null.</value>
    public string? Region { get; init; }

    /// <summary>Gets how long a request waits for an endpoint whose rate or number of calls is used up, when no other is left.</summary>
    /// <value>Zero means not at all; default 10 seconds, within <see cref="TotalTimeout"/>.</value>
    public TimeSpan MaxLimitWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets when an endpoint is passed over because it fails.</summary>
    public HealthSettings Health { get; init; } = new();

    /// <summary>Gets when a second attempt is made beside a slow one.</summary>
    /// <value>Off by default.</value>
    public HedgingSettings Hedging { get; init; } = new();

    /// <summary>Gets when endpoints are called in the background.</summary>
    /// <value>Off by default.</value>
    public ProbeSettings Probes { get; init; } = new();

    /// <summary>Gets whether another model is tried when a provider's filter blocked the request or its answer.</summary>
    /// <value>Default false: the caller receives what the provider said.</value>
    public bool FailoverOnContentFilter { get; init; }

    /// <summary>Gets whether another model is tried when a model refused.</summary>
    /// <value>Default false: the caller receives the refusal.</value>
    public bool FailoverOnRefusal { get; init; }

    /// <summary>Gets what the caller sees when a stream breaks after its first meaningful content.</summary>
    /// <value>Default <see cref="TruncationPolicy.Throw"/>. A stream that ends without a finish reason is broken too.</value>
    public TruncationPolicy OnTruncatedStream { get; init; } = TruncationPolicy.Throw;

    /// <summary>Gets how much of a streamed answer is held back for validators.</summary>
    public HoldSettings Hold { get; init; } = new();

    /// <summary>Gets the limits of an attempt at a model of a tier.</summary>
    internal AttemptLimits LimitsFor(string? tier)
    {
        TimeoutSettings? own = Find(tier);
        return new(
            own?.AttemptTimeout ?? AttemptTimeout,
            own?.OpenTimeout ?? OpenTimeout,
            own?.FirstTokenTimeout ?? FirstTokenTimeout,
            own?.IdleTimeout ?? IdleTimeout,
            own?.StreamTimeout ?? StreamTimeout,
            own?.MinCharactersPerSecond ?? MinCharactersPerSecond);
    }

    /// <summary>Gets the limit of a request whose first choice is of a tier.</summary>
    internal TimeSpan TotalFor(string? tier) => Find(tier)?.TotalTimeout ?? TotalTimeout;

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        (string Name, TimeSpan? Time)[] times =
        [
            (nameof(TotalTimeout), TotalTimeout), (nameof(AttemptTimeout), AttemptTimeout), (nameof(FirstTokenTimeout), FirstTokenTimeout),
            (nameof(IdleTimeout), IdleTimeout), ("Hold:MaxTime", Hold.MaxTime), (nameof(OpenTimeout), OpenTimeout), (nameof(StreamTimeout), StreamTimeout),
            (nameof(RateWindow), RateWindow),
            .. Tiers.SelectMany(static pair => TimesOf($"Tiers:{pair.Key}", pair.Value)),
        ];
        (string Name, TimeSpan Time)[] waits = [(nameof(RetryDelay), RetryDelay), (nameof(MaxRetryDelay), MaxRetryDelay), (nameof(MaxLimitWait), MaxLimitWait)];
        (string Name, int Count)[] counts = [(nameof(MaxAttempts), MaxAttempts), ("Hold:MaxUpdates", Hold.MaxUpdates), ("Hold:MaxCharacters", Hold.MaxCharacters)];
        (string Name, double Rate)[] rates =
        [
            (nameof(MinCharactersPerSecond), MinCharactersPerSecond), (nameof(MaxRetries), MaxRetries),
            .. Tiers.Select(static pair => ($"Tiers:{pair.Key}:{nameof(MinCharactersPerSecond)}", pair.Value.MinCharactersPerSecond ?? 0)),
        ];
        return counts.Where(static item => item.Count < 1).Select(static item => FormattableString.Invariant($"Execution:{item.Name} is {item.Count}; it must be at least 1."))
            .Concat(times.Where(static item => item.Time <= TimeSpan.Zero || item.Time > Longest)
                .Select(static item => $"Execution:{item.Name} is {item.Time}; it must be longer than zero and at most 49 days."))
            .Concat(waits.Where(static item => item.Time < TimeSpan.Zero || item.Time > Longest)
                .Select(static item => $"Execution:{item.Name} is {item.Time}; it must be zero or longer, and at most 49 days."))
            .Concat(rates.Where(static item => !(item.Rate >= 0 && double.IsFinite(item.Rate)))
                .Select(static item => FormattableString.Invariant($"Execution:{item.Name} is {item.Rate}; it must be 0 or more.")))
            .Concat(Health.FindErrors())
            .Concat(Hedging.FindErrors())
            .Concat(Probes.FindErrors());
    }

    // Timers take no more than about 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    private TimeoutSettings? Find(string? tier) => tier is null || Tiers.Count == 0 ? null : Tiers.GetValueOrDefault(tier);

    private static IEnumerable<(string, TimeSpan?)> TimesOf(string path, TimeoutSettings own) =>
    [
        ($"{path}:{nameof(TotalTimeout)}", own.TotalTimeout), ($"{path}:{nameof(AttemptTimeout)}", own.AttemptTimeout),
        ($"{path}:{nameof(OpenTimeout)}", own.OpenTimeout), ($"{path}:{nameof(FirstTokenTimeout)}", own.FirstTokenTimeout),
        ($"{path}:{nameof(IdleTimeout)}", own.IdleTimeout), ($"{path}:{nameof(StreamTimeout)}", own.StreamTimeout),
    ];
}
