namespace LlmRouting;

/// <summary>Is an observer of ours that is also told of requests that were refused before any model was asked.</summary>
internal interface IRefusalObserver : IRoutingObserver
{
    /// <summary>Receives a request that no model was asked for.</summary>
    void OnRefused(RoutingRequest request, RoutingException exception, TimeSpan elapsed);
}
