namespace LlmRouting;

/// <summary>Is thrown when every attempt to have a request answered failed, or its stream broke.</summary>
/// <remarks>The inner exception is the most useful failure: the one that most likely says what to mend.</remarks>
public sealed class RouteFailedException : RoutingException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="kind">The kind of the most useful failure.</param>
    /// <param name="innerException">That failure; null when it was no exception.</param>
    public RouteFailedException(string message, FailureKind kind, Exception? innerException)
        : base(message, innerException) => Kind = kind;

    /// <summary>Gets the kind of the most useful failure.</summary>
    public FailureKind Kind { get; }

    /// <summary>Gets how long the service of that failure asked to be left alone.</summary>
    /// <value>null when it did not say.</value>
    public TimeSpan? RetryAfter { get; init; }
}
