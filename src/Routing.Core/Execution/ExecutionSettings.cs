namespace LlmRouting.Execution;

/// <summary>Bounds the walk over the ranking: one budget of attempts and time covers failover, cascade and repair together.</summary>
/// <remarks>Immutable. Applies to streaming and not alike, unless a member says otherwise.</remarks>
public sealed record ExecutionSettings
{
    /// <summary>Gets how many calls one request may make.</summary>
    /// <value>At least 1; default 3. A router behind this router takes its calls from the same budget.</value>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Gets how long a request may take until its answer, or a stream's first meaningful content, is delivered.</summary>
    /// <value>Positive; default 2 minutes.</value>
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

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        // Timers take no more than about 49 days.
        TimeSpan longest = TimeSpan.FromDays(49);
        (string Name, TimeSpan Time)[] times =
        [
            (nameof(TotalTimeout), TotalTimeout), (nameof(AttemptTimeout), AttemptTimeout), (nameof(FirstTokenTimeout), FirstTokenTimeout),
            (nameof(IdleTimeout), IdleTimeout), ("Hold:MaxTime", Hold.MaxTime ?? longest),
        ];
        (string Name, int Count)[] counts = [(nameof(MaxAttempts), MaxAttempts), ("Hold:MaxUpdates", Hold.MaxUpdates), ("Hold:MaxCharacters", Hold.MaxCharacters)];
        return counts.Where(static item => item.Count < 1).Select(static item => FormattableString.Invariant($"Execution:{item.Name} is {item.Count}; it must be at least 1."))
            .Concat(times.Where(item => item.Time <= TimeSpan.Zero || item.Time > longest)
                .Select(static item => $"Execution:{item.Name} is {item.Time}; it must be longer than zero and at most 49 days."));
    }
}
