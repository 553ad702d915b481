namespace LlmRouting;

/// <summary>Is an observer of ours that is told what each decision was made from, and of requests that were refused before any model was asked.</summary>
/// <remarks>While there is one, requests record that; see <see cref="DecisionRecorder"/>.</remarks>
internal interface IDecisionObserver : IRoutingObserver
{
    /// <summary>Receives the outcome of a request that ended.</summary>
    void OnCompleted(RoutingOutcome outcome, RoutingRequest request);

    /// <summary>Receives a request that no model was asked for.</summary>
    void OnRefused(RoutingRequest request, RoutingException exception, TimeSpan elapsed);
}
