using System.Collections.Immutable;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Records how attempts ended that gave no good answer, and says so in the log.</summary>
/// <remarks>Thread-safe and stateless.</remarks>
internal sealed partial class AttemptReporter(FailureInterpreter failures, OutcomePublisher publisher, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Gets who is told what became of whole requests.</summary>
    public OutcomePublisher Publisher => publisher;

    /// <summary>Records what an exception means for an attempt.</summary>
    /// <param name="walk">Whose attempt it is.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="exception">What happened.</param>
    /// <param name="result">How it ended, unless the caller cancelled.</param>
    /// <param name="nested">What a router behind this one did, where the exception does not tell.</param>
    /// <param name="leg">The attempt's leg; null when it runs alone.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public void RecordFailure(
        RouteWalk walk,
        in AttemptRecorder attempt,
        Exception exception,
        AttemptResult result,
        RoutingOutcome? nested,
        HedgeLeg? leg,
        CancellationToken cancellationToken)
    {
        nested = (exception as RoutingException)?.Outcome ?? nested;
        if (cancellationToken.IsCancellationRequested || leg is { IsLost: true })
        {
            RecordCancelled(walk, attempt, nested, leg);
            return;
        }

        FailureKind kind = failures.Interpret(exception, out TimeSpan? retryAfter);
        if (result == AttemptResult.Truncated && kind is FailureKind.Unknown)
        {
            kind = FailureKind.TruncatedStream;
        }

        string reason = exception is LimitException limit ? limit.Reason : exception.GetType().Name;
        LogFailure(attempt.Target, kind, reason);
        if (kind == FailureKind.Timeout && attempt.TimeToFirstToken is null)
        {
            attempt.Target.Endpoint.RecordSilence(attempt.Elapsed, walk.Request.IsStreaming, timeProvider);
        }

        bool wasNeverSent = result == AttemptResult.Failed && FailureInterpreter.WasNeverSent(exception);
        walk.Record(attempt.Write(result, kind, reason, retryAfter, nested, wasNeverSent), attempt.Target, exception);
    }

    /// <summary>Warns of options that an endpoint does not take, of each one once.</summary>
    public void WarnOfUnsent(in RouteTarget target, ImmutableArray<string> options)
    {
        foreach (string option in options)
        {
            if (target.Endpoint.IsNewlyUnsent(option))
            {
                Log.OptionNotSent(logger, option, target.Model.Id, target.Endpoint.Name);
            }
        }
    }

    /// <summary>Records that nobody waited for what became of an attempt: not the caller or, beside another attempt, not we.</summary>
    public void RecordCancelled(RouteWalk walk, in AttemptRecorder attempt, RoutingOutcome? nested, HedgeLeg? leg)
    {
        if (leg is not { IsLost: true })
        {
            walk.Record(attempt.Write(AttemptResult.Cancelled, FailureKind.CallerCancelled, "the caller cancelled", nested: nested), attempt.Target);
            return;
        }

        // What was overtaken would have taken longer still; what came second soon after it began says nothing.
        if (!attempt.Target.IsHedge)
        {
            attempt.Target.Endpoint.RecordSilence(attempt.Elapsed, walk.Request.IsStreaming, timeProvider);
        }

        walk.Record(attempt.Write(AttemptResult.Cancelled, failure: null, "another attempt answered first", nested: nested), attempt.Target);
    }

    /// <summary>Records a rejected answer.</summary>
    /// <returns>What to send so that the same model mends it; null when the next model's turn has come.</returns>
    public static List<ChatMessage>? RecordRejection(
        RouteWalk walk,
        in AttemptRecorder attempt,
        in Judgement judgement,
        bool mayRepair,
        RoutingOutcome? nested,
        out RouteTarget again)
    {
        again = attempt.Target;
        walk.Record(attempt.Write(AttemptResult.Rejected, FailureKind.SchemaInvalid, judgement.Verdict.Reason, nested: nested), attempt.Target);
        return judgement.Verdict.Instruction is { } instruction && mayRepair && walk.TryRepeat(attempt.Target, out again)
            ? RepairRequest.Create(walk.Request.Messages, judgement.Response, instruction)
            : null;
    }

    /// <summary>Logs a failure: loudly what somebody has to mend.</summary>
    public void LogFailure(in RouteTarget target, FailureKind kind, string what)
    {
        if (kind is FailureKind.Auth or FailureKind.NotFound)
        {
            Log.EndpointMisconfigured(logger, target.Model.Id, target.Endpoint.Name, kind, what);
        }
        else
        {
            Log.AttemptFailed(logger, target.Model.Id, target.Endpoint.Name, kind, what);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.AttemptFailed, LogLevel.Warning, "Model '{Model}' failed at endpoint '{Endpoint}': {Kind} ({What})")]
        public static partial void AttemptFailed(ILogger logger, string model, string endpoint, FailureKind kind, string what);

        [LoggerMessage(EventIds.EndpointMisconfigured, LogLevel.Error, "Model '{Model}' cannot be reached at endpoint '{Endpoint}': {Kind} ({What}); check its key, its ModelId and its Endpoint")]
        public static partial void EndpointMisconfigured(ILogger logger, string model, string endpoint, FailureKind kind, string what);

        [LoggerMessage(EventIds.OptionNotSent, LogLevel.Warning, "Option '{Option}' is not sent as asked to model '{Model}' at endpoint '{Endpoint}', whose service does not take it; this is said once")]
        public static partial void OptionNotSent(ILogger logger, string option, string model, string endpoint);
    }
}
