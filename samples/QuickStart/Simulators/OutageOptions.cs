namespace LlmRouting.QuickStart.Simulators;

/// <summary>Describes something that goes wrong at one endpoint for a while.</summary>
internal sealed class OutageOptions
{
    public string Endpoint { get; set; } = "";

    /// <summary>Gets or sets the first call that it strikes; calls are counted over all endpoints together.</summary>
    public int From { get; set; }

    /// <summary>Gets or sets the last call that it strikes.</summary>
    public int To { get; set; }

    public OutageKind Kind { get; set; }
}

/// <summary>Says what goes wrong.</summary>
internal enum OutageKind
{
    /// <summary>Answers 503: no capacity.</summary>
    Unavailable,

    /// <summary>Closes the connection without an answer, as a machine does that goes away.</summary>
    Closed,

    /// <summary>Answers 429 and asks to be left alone for a second.</summary>
    RateLimited,

    /// <summary>Ends a stream before it has said anything; for an answer in one piece the same as <see cref="Closed"/>.</summary>
    Truncated,
}
