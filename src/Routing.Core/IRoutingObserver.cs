namespace LlmRouting;

/// <summary>Is told what became of each request.</summary>
/// <remarks>Implementations are singletons, must be thread-safe and return quickly: the caller waits. One that throws is ignored.</remarks>
public interface IRoutingObserver
{
    /// <summary>Receives the outcome of a request that ended: answered, failed, or cancelled by its caller.</summary>
    /// <param name="outcome">What happened; it holds nothing of the request's or the answer's text.</param>
    void OnCompleted(RoutingOutcome outcome);
}
