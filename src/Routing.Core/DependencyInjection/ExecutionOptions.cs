using System.Collections.Frozen;
using LlmRouting.Execution;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures the bounds of a request; see <see cref="ExecutionSettings"/> for what they mean.</summary>
public sealed class ExecutionOptions
{
    /// <summary>Gets or sets how many calls one request may make.</summary>
    /// <value>At least 1; default 3.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Gets or sets how long a request may take until its answer, or a stream's first content.</summary>
    /// <value>Positive; default 2 minutes.</value>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets how long one attempt may take that is not streamed.</summary>
    /// <value>Positive; default 1 minute.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long a stream may take until its first content.</summary>
    /// <value>Positive; default 20 seconds.</value>
    public TimeSpan FirstTokenTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets or sets how long a stream may stay silent after that.</summary>
    /// <value>Positive; default 20 seconds.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets or sets how long a stream may take until its first update.</summary>
    /// <value>Positive; null means no other bound than <see cref="FirstTokenTimeout"/>; default null.</value>
    public TimeSpan? OpenTimeout { get; set; }

    /// <summary>Gets or sets how long a stream may take from the start of its request to its end.</summary>
    /// <value>Positive; null means no bound; default null.</value>
    public TimeSpan? StreamTimeout { get; set; }

    /// <summary>Gets or sets how many characters a stream must bring in a second of waiting.</summary>
    /// <value>0 means no bound; default 0.</value>
    public double MinCharactersPerSecond { get; set; }

    /// <summary>Gets or sets for how long a stream is waited for between two looks at its rate.</summary>
    /// <value>Positive; default 10 seconds.</value>
    public TimeSpan RateWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets time limits of tiers that differ from those for all.</summary>
    /// <value>Keyed by tier.</value>
    public IDictionary<string, TimeoutOptions> Tiers { get; } = new Dictionary<string, TimeoutOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets how often a request may be sent again to an endpoint where it failed.</summary>
    /// <value>0 or more; default 0.</value>
    public int MaxRetries { get; set; }

    /// <summary>Gets or sets the longest wait before the first retry; each further one doubles it.</summary>
    /// <value>Zero or longer; default 200 milliseconds.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets or sets the longest wait before any retry.</summary>
    /// <value>Zero or longer; default 5 seconds.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets which of a model's endpoints is called first.</summary>
    /// <value>Default <see cref="EndpointOrder.Balanced"/>.</value>
    public EndpointOrder EndpointOrder { get; set; } = EndpointOrder.Balanced;

    /// <summary>Gets or sets the region whose endpoints are called first.</summary>
    /// <value>null means any; default null.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets how long a request waits for an endpoint whose limits are used up, when no other is left.</summary>
    /// <value>Zero means not at all; default 10 seconds.</value>
    public TimeSpan MaxLimitWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets when an endpoint is passed over because it fails.</summary>
    public HealthOptions Health { get; } = new();

    /// <summary>Gets when a second attempt is made beside a slow one.</summary>
    public HedgingOptions Hedging { get; } = new();

    /// <summary>Gets when endpoints are called in the background.</summary>
    public ProbeOptions Probes { get; } = new();

    /// <summary>Gets or sets whether another model is tried after a provider's filter.</summary>
    /// <value>Default false.</value>
    public bool FailoverOnContentFilter { get; set; }

    /// <summary>Gets or sets whether another model is tried after a refusal.</summary>
    /// <value>Default false.</value>
    public bool FailoverOnRefusal { get; set; }

    /// <summary>Gets or sets what the caller sees when a stream breaks after its first content.</summary>
    /// <value>Default <see cref="TruncationPolicy.Throw"/>.</value>
    public TruncationPolicy OnTruncatedStream { get; set; } = TruncationPolicy.Throw;

    /// <summary>Gets how much of a streamed answer is held back for validators.</summary>
    public HoldOptions Hold { get; } = new();

    internal ExecutionSettings ToSettings() => new()
    {
        MaxAttempts = MaxAttempts,
        TotalTimeout = TotalTimeout,
        AttemptTimeout = AttemptTimeout,
        FirstTokenTimeout = FirstTokenTimeout,
        IdleTimeout = IdleTimeout,
        OpenTimeout = OpenTimeout,
        StreamTimeout = StreamTimeout,
        MinCharactersPerSecond = MinCharactersPerSecond,
        RateWindow = RateWindow,
        Tiers = Tiers.Count == 0
            ? FrozenDictionary<string, TimeoutSettings>.Empty
            : Tiers.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value.ToSettings(), StringComparer.OrdinalIgnoreCase),
        MaxRetries = MaxRetries,
        RetryDelay = RetryDelay,
        MaxRetryDelay = MaxRetryDelay,
        EndpointOrder = EndpointOrder,
        Region = Region,
        MaxLimitWait = MaxLimitWait,
        Health = Health.ToSettings(),
        Hedging = Hedging.ToSettings(),
        Probes = Probes.ToSettings(),
        FailoverOnContentFilter = FailoverOnContentFilter,
        FailoverOnRefusal = FailoverOnRefusal,
        OnTruncatedStream = OnTruncatedStream,
        Hold = Hold.ToSettings(),
    };
}
