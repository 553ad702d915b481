using System.Collections.Immutable;
using LlmRouting.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Tells the log, the metrics and the observers what became of requests.</summary>
/// <remarks>Thread-safe. An observer that throws, or a listener to the metrics that does, is ignored.</remarks>
internal sealed partial class OutcomePublisher(ImmutableArray<IRoutingObserver> observers, RoutingMetrics metrics, ILogger logger)
{
    /// <summary>Gets whether somebody wants to know what decisions were made from.</summary>
    public bool KeepsDecisions { get; } = observers.Any(static observer => observer is IDecisionObserver);

    /// <summary>Finds an observer by its type.</summary>
    public IRoutingObserver? FindObserver(Type type) => observers.FirstOrDefault(type.IsInstanceOfType);

    /// <summary>Tells everybody what became of a request.</summary>
    public void Publish(RoutingOutcome outcome, RoutingRequest request)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.RouteCompleted(logger, outcome.Id, outcome);
        }

        try
        {
            metrics.RecordRequest(outcome);
        }
        catch (Exception exception)
        {
            // A listener's. The answer is there and paid for, and is not lost to it.
            Log.ObserverFailed(logger, nameof(RoutingMetrics), exception.GetType().Name);
        }

        foreach (IRoutingObserver observer in observers)
        {
            try
            {
                if (observer is IDecisionObserver log)
                {
                    log.OnCompleted(outcome, request);
                }
                else
                {
                    observer.OnCompleted(outcome);
                }
            }
            catch (Exception exception)
            {
                Log.ObserverFailed(logger, observer.GetType().Name, exception.GetType().Name);
            }
        }
    }

    /// <summary>Tells those who want to know of a request that no model was asked for.</summary>
    public void PublishRefusal(RoutingRequest request, RoutingException refusal, TimeSpan elapsed)
    {
        foreach (IRoutingObserver observer in observers)
        {
            try
            {
                (observer as IRefusalObserver)?.OnRefused(request, refusal, elapsed);
            }
            catch (Exception exception)
            {
                Log.ObserverFailed(logger, observer.GetType().Name, exception.GetType().Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ObserverFailed, LogLevel.Warning, "Observer '{Observer}' threw {Exception}; it was ignored")]
        public static partial void ObserverFailed(ILogger logger, string observer, string exception);

        [LoggerMessage(EventIds.RouteCompleted, LogLevel.Debug, "Request {Id}: {Outcome}")]
        public static partial void RouteCompleted(ILogger logger, string id, RoutingOutcome outcome);
    }
}
