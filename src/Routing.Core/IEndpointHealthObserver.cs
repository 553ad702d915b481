namespace LlmRouting;

/// <summary>Is told of every change of an endpoint's state, exactly once.</summary>
internal interface IEndpointHealthObserver
{
    /// <summary>Takes note; called outside every lock, on the thread of the request that brought the change about.</summary>
    void OnChanged(RoutableModel model, ModelEndpoint endpoint, in HealthChange change);
}
