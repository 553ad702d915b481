namespace LlmRouting.Providers.Anthropic;

/// <summary>Holds what the headers of one call's response said, which the SDK's exceptions do not tell.</summary>
/// <remarks>
/// Flows from the call to <see cref="ResponseWatcher"/> with the execution context, since the SDK lets nothing else through to its handlers.
/// </remarks>
internal sealed class CallNotes
{
    private static readonly AsyncLocal<CallNotes?> Flowing = new();

    /// <summary>Gets the notes of the call that is under way here.</summary>
    public static CallNotes? Current => Flowing.Value;

    /// <summary>Gets or sets whether a response has come: what fails from there on is the answer, not the request.</summary>
    public bool HasResponse { get; set; }

    /// <summary>Gets or sets the media type of the response.</summary>
    public string? MediaType { get; set; }

    /// <summary>Gets or sets how long the service asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>Gets or sets what the service said is left of its rate limits.</summary>
    public RateLimitState? Limits { get; set; }

    /// <summary>Gets or sets whether the caller's own parameters were those of another SDK, which this one passes over.</summary>
    public bool IgnoresRaw { get; set; }

    /// <summary>Lets the notes flow into what the caller starts from here on, up to the end of its own method.</summary>
    public void Enter() => Flowing.Value = this;
}
