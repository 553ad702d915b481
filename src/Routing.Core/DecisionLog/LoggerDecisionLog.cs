using Microsoft.Extensions.Logging;

namespace LlmRouting.DecisionLog;

/// <summary>Logs one line for each request that ended, refused ones included, with fields for those who search logs.</summary>
/// <remarks>Thread-safe. Level Information for an answer, Warning for none. The line holds nothing of the request's or the answer's text.</remarks>
/// <param name="logger">Where the lines go.</param>
public sealed partial class LoggerDecisionLog(ILogger<LoggerDecisionLog> logger) : IRefusalObserver
{
    /// <inheritdoc/>
    public void OnCompleted(RoutingOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        LogLevel level = outcome.Answer is null ? LogLevel.Warning : LogLevel.Information;
        if (logger.IsEnabled(level))
        {
            Log.Decided(
                logger, level, outcome.Id, outcome, outcome.ModelId, outcome.Decision.DecidedBy, outcome.Decision.Confidence,
                outcome.Attempts.Length, outcome.CostUsd, outcome.Elapsed.TotalMilliseconds);
        }
    }

    void IRefusalObserver.OnRefused(RoutingRequest request, RoutingException exception, TimeSpan elapsed) =>
        Log.Refused(logger, exception.GetType().Name, exception.Message, elapsed.TotalMilliseconds);

    private static partial class Log
    {
        // The one line is for people; the fields that follow it are what a search finds it by.
        [LoggerMessage(EventId = EventIds.DecisionLogged, Message = "Request {Id}: {Outcome} [model {Model}, decided by {DecidedBy}, confidence {Confidence}, attempts {Attempts}, USD {CostUsd}, ms {ElapsedMs}]")]
        public static partial void Decided(
            ILogger logger, LogLevel level, string id, RoutingOutcome outcome, string? model, string decidedBy, double confidence, int attempts, decimal costUsd, double elapsedMs);

        // The messages of our own exceptions hold names of the configuration and numbers.
        [LoggerMessage(EventIds.DecisionRefused, LogLevel.Warning, "A request was refused before any model was asked ({Error}): {Reason} [ms {ElapsedMs}]")]
        public static partial void Refused(ILogger logger, string error, string reason, double elapsedMs);
    }
}
