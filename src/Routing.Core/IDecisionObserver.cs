namespace LlmRouting;

/// <summary>Is an observer of ours that is told what each decision was made from, that of a refused request included.</summary>
/// <remarks>While there is one, requests record that; see <see cref="DecisionRecorder"/>.</remarks>
internal interface IDecisionObserver : IRefusalObserver
{
    /// <summary>Receives the outcome of a request that ended.</summary>
    void OnCompleted(RoutingOutcome outcome, RoutingRequest request);
}
