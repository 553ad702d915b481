namespace LlmRouting;

/// <summary>Is thrown by a provider's client that knows what kind of failure it met.</summary>
/// <remarks>For failures that an SDK does not report as exceptions of its own, such as an error event in mid-stream.</remarks>
public sealed class ProviderException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="message">What happened; no text of the request, no key.</param>
    /// <param name="innerException">What caused it; null when nothing did.</param>
    public ProviderException(FailureKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>Gets the kind of failure.</summary>
    public FailureKind Kind { get; }

    /// <summary>Gets how long the service asked to be left alone.</summary>
    /// <value>null when it did not say.</value>
    public TimeSpan? RetryAfter { get; init; }
}
