using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Tells the log and the observers when an endpoint's state changes.</summary>
internal sealed partial class HealthReporter(ImmutableArray<IEndpointHealthObserver> observers, ILogger logger)
{
    public void Report(RoutableModel model, ModelEndpoint endpoint, in HealthChange change)
    {
        if (change.IsNone)
        {
            return;
        }

        switch (change.To)
        {
            case CircuitState.Open:
                Log.Opened(logger, model.Id, endpoint.Name, change.OpenFor, change.Cause);
                break;

            case CircuitState.HalfOpen:
                Log.Probing(logger, model.Id, endpoint.Name);
                break;

            default:
                Log.Recovered(logger, model.Id, endpoint.Name, change.To);
                break;
        }

        foreach (IEndpointHealthObserver observer in observers)
        {
            try
            {
                observer.OnChanged(model, endpoint, change);
            }
            catch (Exception exception)
            {
                Log.ObserverFailed(logger, observer.GetType().Name, exception.GetType().Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.CircuitOpened, LogLevel.Warning, "Model '{Model}' is not called at endpoint '{Endpoint}' for {Time}: {Kind}")]
        public static partial void Opened(ILogger logger, string model, string endpoint, TimeSpan time, FailureKind? kind);

        [LoggerMessage(EventIds.CircuitProbing, LogLevel.Information, "Model '{Model}' is tried again at endpoint '{Endpoint}'")]
        public static partial void Probing(ILogger logger, string model, string endpoint);

        [LoggerMessage(EventIds.CircuitRecovered, LogLevel.Information, "Model '{Model}' works again at endpoint '{Endpoint}' ({State})")]
        public static partial void Recovered(ILogger logger, string model, string endpoint, CircuitState state);

        [LoggerMessage(EventIds.HealthObserverFailed, LogLevel.Warning, "Health observer '{Observer}' threw {Exception}; it was ignored")]
        public static partial void ObserverFailed(ILogger logger, string observer, string exception);
    }
}
