using System.Collections.Immutable;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Walks the ranking until an answer is good: failover, cascade and repair are one mechanism.</summary>
/// <remarks>Thread-safe and stateless; what belongs to a request is in its <see cref="RouteWalk"/>.</remarks>
internal sealed partial class RouteExecutor(
    FailureInterpreter failures,
    ImmutableArray<IResponseValidator> validators,
    ImmutableArray<IRoutingObserver> observers,
    TimeProvider timeProvider,
    ILogger logger)
{
    /// <summary>Gets a whole answer.</summary>
    /// <exception cref="RouteFailedException">Every attempt failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ChatResponse> GetResponseAsync(RouteWalk walk, CancellationToken cancellationToken)
    {
        ThrowIfCancelled(walk, cancellationToken);
        while (walk.TryNext(out RouteTarget target))
        {
            ChatResponse? response = await TryGetAsync(walk, target, walk.Request.Messages, mayRepair: true, cancellationToken).ConfigureAwait(false);
            if (response is not null)
            {
                RoutingOutcome outcome = walk.ToOutcome();
                Publish(outcome);
                return ResponseWriter.Attach(response, outcome, target);
            }

            ThrowIfCancelled(walk, cancellationToken);
        }

        throw Fail(walk);
    }

    /// <summary>Opens a stream up to its first meaningful content or, with validators, up to its end.</summary>
    /// <exception cref="RouteFailedException">Every attempt failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask<RoutedStream> OpenStreamAsync(RouteWalk walk, CancellationToken cancellationToken)
    {
        ThrowIfCancelled(walk, cancellationToken);
        while (walk.TryNext(out RouteTarget target))
        {
            RoutedStream? stream = await TryOpenAsync(walk, target, walk.Request.Messages, mayRepair: true, cancellationToken).ConfigureAwait(false);
            if (stream is not null)
            {
                return stream;
            }

            ThrowIfCancelled(walk, cancellationToken);
        }

        throw Fail(walk);
    }

    /// <summary>Tells everybody what became of a request.</summary>
    public void Publish(RoutingOutcome outcome)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.RouteCompleted(logger, outcome.Id, outcome);
        }

        foreach (IRoutingObserver observer in observers)
        {
            try
            {
                observer.OnCompleted(outcome);
            }
            catch (Exception exception)
            {
                Log.ObserverFailed(logger, observer.GetType().Name, exception.GetType().Name);
            }
        }
    }

    /// <summary>Records what an exception means for an attempt.</summary>
    public void RecordFailure(RouteWalk walk, in AttemptRecorder attempt, Exception exception, AttemptResult result, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            walk.Record(attempt.Write(AttemptResult.Cancelled, FailureKind.CallerCancelled, "the caller cancelled"), attempt.Target);
            return;
        }

        FailureKind kind = failures.Interpret(exception, out TimeSpan? retryAfter);
        if (result == AttemptResult.Truncated && kind is FailureKind.Unknown)
        {
            kind = FailureKind.TruncatedStream;
        }

        LogFailure(attempt.Target, kind, exception.GetType().Name);
        RoutingOutcome? nested = (exception as RoutingException)?.Outcome;
        walk.Record(attempt.Write(result, kind, exception.GetType().Name, retryAfter, nested), attempt.Target, exception);
    }

    /// <summary>Makes the final error, tells everybody, and returns it to be thrown.</summary>
    public RouteFailedException Fail(RouteWalk walk)
    {
        RoutingOutcome outcome = walk.ToOutcome();
        RouteFailedException exception = walk.Failures.ToException(outcome);
        Log.RouteFailed(logger, outcome.Id, exception.Kind, outcome.Attempts.Length);
        Publish(outcome);
        return exception;
    }

    /// <summary>Asks the validators in order until one does not accept.</summary>
    private async ValueTask<(ValidationVerdict Verdict, string Validator)> ValidateAsync(
        RouteWalk walk,
        ChatResponse response,
        CancellationToken cancellationToken)
    {
        foreach (IResponseValidator validator in validators)
        {
            using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                ValueTask<ValidationVerdict> pending = validator.ValidateAsync(walk.Request, response, source.Token);
                ValidationVerdict verdict = pending.IsCompletedSuccessfully
                    ? pending.Result
                    : await SeamCall.WaitAsync(pending, source, Positive(walk.TimeLeft), timeProvider).ConfigureAwait(false);
                if (verdict.Kind != ValidationVerdictKind.Accept)
                {
                    return (verdict, validator.Name);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Log.ValidatorFailed(logger, validator.Name, exception.GetType().Name);
            }
        }

        return (ValidationVerdict.Accept, "");
    }

    private async ValueTask<ChatResponse?> TryGetAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        bool mayRepair,
        CancellationToken cancellationToken)
    {
        AttemptRecorder attempt = new(target, walk.Request.Features, timeProvider);
        ChatResponse response;
        target.Endpoint.Enter();
        try
        {
            response = await CallAsync(walk, target, messages, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RecordFailure(walk, attempt, exception, AttemptResult.Failed, cancellationToken);
            return null;
        }
        finally
        {
            target.Endpoint.Exit();
        }

        RoutingOutcome? nested = target.Endpoint.IsRouter ? response.GetRoutingOutcome() : null;
        attempt.Usage = response.Usage;
        attempt.AnsweredBy = response.ModelId;
        attempt.AnswerLength = response.Usage is null ? ResponseWriter.TextLength(response) : 0;
        FailureKind? failure = ContentInspector.FindFailure(response);
        if (failure is { } kind && !IsForCaller(kind, walk.Settings))
        {
            LogFailure(target, kind, "the answer itself");
            walk.Record(attempt.Write(AttemptResult.Failed, kind, "the answer itself", nested: nested), target);
            return null;
        }

        if (!validators.IsEmpty && failure is null)
        {
            ValidationStep step = await JudgeAsync(walk, attempt, response, nested, mayRepair, cancellationToken).ConfigureAwait(false);
            if (step.Repair is { } repair)
            {
                return await TryGetAsync(walk, target, repair, mayRepair: false, cancellationToken).ConfigureAwait(false);
            }

            if (!step.IsAccepted)
            {
                return null;
            }
        }

        target.Endpoint.RecordLatency(attempt.Elapsed);
        walk.Record(attempt.Write(AttemptResult.Succeeded, failure, nested: nested), target);
        return response;
    }

    private async ValueTask<RoutedStream?> TryOpenAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        bool mayRepair,
        CancellationToken cancellationToken)
    {
        RoutedStream stream = new(this, walk, target, timeProvider, cancellationToken);
        bool isCommitted;
        try
        {
            isCommitted = await stream.OpenAsync(messages, readToEnd: !validators.IsEmpty).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RecordFailure(walk, stream.Attempt, exception, AttemptResult.Failed, cancellationToken);
            await stream.DisposeAsync().ConfigureAwait(false);
            return null;
        }

        if (!isCommitted)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return null;
        }

        if (!stream.IsBuffered)
        {
            return stream.Commit();
        }

        // With validators the whole answer is here, and nobody has seen any of it.
        ValidationStep step = await JudgeAsync(walk, stream.Attempt, stream.ToResponse(), nested: null, mayRepair, cancellationToken).ConfigureAwait(false);
        if (step.IsAccepted)
        {
            return stream.Commit();
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        return step.Repair is { } repair
            ? await TryOpenAsync(walk, target, repair, mayRepair: false, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private async ValueTask<ChatResponse> CallAsync(RouteWalk walk, RouteTarget target, IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = new();
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        Task<ChatResponse> pending = target.Endpoint.Client.GetResponseAsync(messages, walk.OptionsFor(target), source.Token);
        if (pending.IsCompleted)
        {
            return await pending.ConfigureAwait(false);
        }

        TimeSpan left = walk.TimeLeft;
        TimeSpan limit = left < walk.Settings.AttemptTimeout ? left : walk.Settings.AttemptTimeout;
        return await SeamCall.WaitAsync(new ValueTask<ChatResponse>(pending), source, Positive(limit), timeProvider).ConfigureAwait(false);
    }

    private async ValueTask<ValidationStep> JudgeAsync(
        RouteWalk walk,
        AttemptRecorder attempt,
        ChatResponse response,
        RoutingOutcome? nested,
        bool mayRepair,
        CancellationToken cancellationToken)
    {
        (ValidationVerdict verdict, _) = await ValidateAsync(walk, response, cancellationToken).ConfigureAwait(false);
        if (verdict.Kind == ValidationVerdictKind.Accept)
        {
            return new(IsAccepted: true, Repair: null);
        }

        walk.Record(attempt.Write(AttemptResult.Rejected, FailureKind.SchemaInvalid, verdict.Reason, nested: nested), attempt.Target);
        if (verdict.Instruction is { } instruction && mayRepair && walk.TryRepeat(attempt.Target))
        {
            return new(IsAccepted: false, Repair: [.. walk.Request.Messages, .. response.Messages, new ChatMessage(ChatRole.User, instruction)]);
        }

        return new(IsAccepted: false, Repair: null);
    }

    /// <summary>Says whether an answer in disguise goes to the caller all the same.</summary>
    internal static bool IsForCaller(FailureKind kind, ExecutionSettings settings) =>
        (kind == FailureKind.ContentFiltered && !settings.FailoverOnContentFilter) || (kind == FailureKind.Refusal && !settings.FailoverOnRefusal);

    private void ThrowIfCancelled(RouteWalk walk, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            Publish(walk.ToOutcome());
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void LogFailure(in RouteTarget target, FailureKind kind, string what)
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

    // A timer of no time at all still lets a call that is nearly done finish first.
    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.FromTicks(1);

    /// <summary>Says what follows from a validator's verdict.</summary>
    private readonly record struct ValidationStep(bool IsAccepted, IReadOnlyList<ChatMessage>? Repair);

    private static partial class Log
    {
        [LoggerMessage(EventIds.AttemptFailed, LogLevel.Warning, "Model '{Model}' failed at endpoint '{Endpoint}': {Kind} ({What})")]
        public static partial void AttemptFailed(ILogger logger, string model, string endpoint, FailureKind kind, string what);

        [LoggerMessage(EventIds.EndpointMisconfigured, LogLevel.Error, "Model '{Model}' cannot be reached at endpoint '{Endpoint}': {Kind} ({What}); check its key, its ModelId and its Endpoint")]
        public static partial void EndpointMisconfigured(ILogger logger, string model, string endpoint, FailureKind kind, string what);

        [LoggerMessage(EventIds.ValidatorFailed, LogLevel.Warning, "Validator '{Validator}' threw {Exception}; the answer counts as accepted")]
        public static partial void ValidatorFailed(ILogger logger, string validator, string exception);

        [LoggerMessage(EventIds.ObserverFailed, LogLevel.Warning, "Observer '{Observer}' threw {Exception}; it was ignored")]
        public static partial void ObserverFailed(ILogger logger, string observer, string exception);

        [LoggerMessage(EventIds.RouteCompleted, LogLevel.Debug, "Request {Id}: {Outcome}")]
        public static partial void RouteCompleted(ILogger logger, string id, RoutingOutcome outcome);

        [LoggerMessage(EventIds.RouteFailed, LogLevel.Error, "Request {Id} failed: {Kind} after {Attempts} attempts")]
        public static partial void RouteFailed(ILogger logger, string id, FailureKind kind, int attempts);
    }
}
