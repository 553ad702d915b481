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
        FailoverOnContentFilter = FailoverOnContentFilter,
        FailoverOnRefusal = FailoverOnRefusal,
        OnTruncatedStream = OnTruncatedStream,
        Hold = Hold.ToSettings(),
    };
}
