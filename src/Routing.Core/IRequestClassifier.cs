namespace LlmRouting;

/// <summary>Reads a request and says how hard it is.</summary>
/// <remarks>
/// Implementations are singletons and must be thread-safe. A classifier that throws, or runs past its deadline, is recorded as having
/// failed and the next one is asked: it never takes a request down.
/// </remarks>
public interface IRequestClassifier
{
    /// <summary>Gets the name that configuration and records use.</summary>
    /// <value>Compared ignoring case.</value>
    string Name { get; }

    /// <summary>Classifies a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancelled when the caller gives up or the classifier's time is over.</param>
    /// <returns>The classification; a low <see cref="Classification.Confidence"/> lets the next classifier be asked.</returns>
    ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken);
}
