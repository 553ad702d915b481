namespace LlmRouting;

/// <summary>Knows the exceptions of one SDK.</summary>
/// <remarks>Implementations are singletons and must be thread-safe.</remarks>
public interface IFailureClassifier
{
    /// <summary>Says what kind of failure an exception means.</summary>
    /// <param name="exception">The exception, already unwrapped from aggregates.</param>
    /// <param name="retryAfter">How long the service asked to be left alone; null when it did not say.</param>
    /// <returns>The kind; null when the exception is not this SDK's.</returns>
    FailureKind? Classify(Exception exception, out TimeSpan? retryAfter);
}
