using System.Collections.Immutable;
using LlmRouting.Budgets;
using LlmRouting.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Walks the ranking until an answer is good: failover, cascade and repair are one mechanism.</summary>
/// <remarks>Thread-safe and stateless; what belongs to a request is in its <see cref="RouteWalk"/>.</remarks>
internal sealed partial class RouteExecutor(
    FailureInterpreter failures,
    AnswerJudge judge,
    ImmutableArray<IRoutingObserver> observers,
    RoutingMetrics metrics,
    RouteServices services,
    ILogger logger)
{
    private readonly Hedger _hedger = new(services.TimeProvider);

    /// <summary>Gets what walks need of their surroundings.</summary>
    public RouteServices Services => services;

    /// <summary>Gets whether somebody wants to know what decisions were made from.</summary>
    public bool KeepsDecisions { get; } = observers.Any(static observer => observer is IDecisionObserver);

    /// <summary>Finds an observer by its type.</summary>
    public IRoutingObserver? FindObserver(Type type) => observers.FirstOrDefault(type.IsInstanceOfType);

    /// <summary>Gets a whole answer.</summary>
    /// <exception cref="RouteFailedException">Every attempt failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ChatResponse> GetResponseAsync(RouteWalk walk, CancellationToken cancellationToken)
    {
        ThrowIfCancelled(walk, cancellationToken);
        HedgingSettings? hedging = _hedger.Begin(walk);
        while (walk.Next(out RouteTarget target, out TimeSpan wait) is not NextStep.End and var step)
        {
            if (step == NextStep.Wait)
            {
                await WaitAsync(walk, wait, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (await walk.ReserveAsync(target, cancellationToken).ConfigureAwait(false) is { } reserved)
            {
                Judgement? answer;
                if (hedging is null)
                {
                    answer = await TryGetAsync(walk, reserved, walk.Request.Messages, mayRepair: true, leg: null, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    HedgedAnswer? first = await GetHedgedAsync(walk, hedging, reserved, cancellationToken).ConfigureAwait(false);
                    answer = first?.Judgement;
                    target = first?.Target ?? target;
                }

                if (answer is { } accepted)
                {
                    RoutingOutcome outcome = walk.ToOutcome();
                    Publish(outcome, walk.Request);
                    return ResponseWriter.Attach(accepted.Response, outcome, target, accepted.RawText);
                }
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
        HedgingSettings? hedging = _hedger.Begin(walk);
        while (walk.Next(out RouteTarget target, out TimeSpan wait) is not NextStep.End and var step)
        {
            if (step == NextStep.Wait)
            {
                await WaitAsync(walk, wait, cancellationToken).ConfigureAwait(false);
                continue;
            }

            RoutedStream? stream = await walk.ReserveAsync(target, cancellationToken).ConfigureAwait(false) is not { } reserved ? null
                : hedging is null ? await TryOpenAsync(walk, reserved, walk.Request.Messages, mayRepair: true, leg: null, cancellationToken).ConfigureAwait(false)
                : await OpenHedgedAsync(walk, hedging, reserved, cancellationToken).ConfigureAwait(false);
            if (stream is not null)
            {
                return stream;
            }

            ThrowIfCancelled(walk, cancellationToken);
        }

        throw Fail(walk);
    }

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
            attempt.Target.Endpoint.RecordSilence(attempt.Elapsed, walk.Request.IsStreaming, services.TimeProvider);
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
    private void RecordCancelled(RouteWalk walk, in AttemptRecorder attempt, RoutingOutcome? nested, HedgeLeg? leg)
    {
        if (leg is not { IsLost: true })
        {
            walk.Record(attempt.Write(AttemptResult.Cancelled, FailureKind.CallerCancelled, "the caller cancelled", nested: nested), attempt.Target);
            return;
        }

        // What was overtaken would have taken longer still; what came second soon after it began says nothing.
        if (!attempt.Target.IsHedge)
        {
            attempt.Target.Endpoint.RecordSilence(attempt.Elapsed, walk.Request.IsStreaming, services.TimeProvider);
        }

        walk.Record(attempt.Write(AttemptResult.Cancelled, failure: null, "another attempt answered first", nested: nested), attempt.Target);
    }

    /// <summary>Makes the final error, tells everybody, and returns it to be thrown.</summary>
    public RoutingException Fail(RouteWalk walk)
    {
        RoutingOutcome outcome = walk.ToOutcome();

        // When money alone stood in the way, that is what the caller has to know; otherwise a failure says more.
        BudgetRefusal? refusal = walk.Failures.IsOnlyBudget ? walk.Spending?.Refusal : null;
        RouteFailedException exception = walk.Failures.ToException(outcome);
        Log.RouteFailed(logger, outcome.Id, refusal is null ? exception.Kind : FailureKind.BudgetExceeded, outcome.Attempts.Length);
        Publish(outcome, walk.Request);
        return refusal?.ToException(outcome) ?? (RoutingException)exception;
    }

    private async ValueTask<Judgement?> TryGetAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        bool mayRepair,
        HedgeLeg? leg,
        CancellationToken cancellationToken)
    {
        CancellationToken token = leg?.Token ?? cancellationToken;
        AttemptRecorder attempt = new(target, walk.Request.Features, services.TimeProvider);
        WalkBudget? nestedBudget = walk.BudgetFor(target);
        ChatResponse response;
        try
        {
            response = await CallAsync(walk, target, messages, nestedBudget, token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RecordFailure(walk, attempt, exception, AttemptResult.Failed, nestedBudget?.Outcome, leg, cancellationToken);
            return null;
        }

        if (response.AdditionalProperties is not null && RateLimitState.From(response.AdditionalProperties) is { } rates)
        {
            target.Endpoint.Observe(rates, services.TimeProvider);
        }

        TimeSpan answeredIn = attempt.Elapsed;
        attempt.EndedAfter = judge.HasValidators ? null : answeredIn;
        RoutingOutcome? nested = nestedBudget is null ? null : response.GetRoutingOutcome() ?? nestedBudget.Outcome;
        attempt.Usage = response.Usage;
        attempt.AnsweredBy = response.ModelId;
        attempt.UnsentOptions = response.GetUnsentOptions();
        WarnOfUnsent(target, attempt.UnsentOptions);
        ResponseWriter.Mark(response, target);
        walk.NoteIssued(target, response);
        attempt.AnswerLength = response.Usage is null ? ResponseWriter.TextLength(response) : 0;
        FailureKind? failure = ContentInspector.FindFailure(response);
        if (failure is { } kind && !IsForCaller(kind, walk.Settings))
        {
            LogFailure(target, kind, "the answer itself");
            walk.Record(attempt.Write(AttemptResult.Failed, kind, "the answer itself", nested: nested), target);
            return null;
        }

        Judgement judgement = new(ValidationVerdict.Accept, null, response, RawText: null);
        if (judge.HasValidators && failure is null)
        {
            try
            {
                judgement = await judge.JudgeAsync(walk, target.Model.Id, response, token).ConfigureAwait(false);
            }
            catch (Exception) when (token.IsCancellationRequested)
            {
                RecordCancelled(walk, attempt, nested, leg);
                return null;
            }

            attempt.Validation = judgement.Result;
            attempt.Validator = judgement.Validator;
            if (!judgement.IsAccepted)
            {
                IReadOnlyList<ChatMessage>? repair = RecordRejection(walk, attempt, judgement, mayRepair, nested, out RouteTarget again);
                return repair is null || await walk.ReserveAsync(again, token).ConfigureAwait(false) is not { } second
                    ? null
                    : await TryGetAsync(walk, second, repair, mayRepair: false, leg, cancellationToken).ConfigureAwait(false);
            }
        }

        if (leg is not null && !leg.TryWin())
        {
            RecordCancelled(walk, attempt, nested, leg);
            return null;
        }

        target.Endpoint.RecordLatency(answeredIn, firstToken: null, services.TimeProvider);
        walk.Record(attempt.Write(AttemptResult.Succeeded, failure, nested: nested), target);
        return judgement;
    }

    private async ValueTask<RoutedStream?> TryOpenAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        bool mayRepair,
        HedgeLeg? leg,
        CancellationToken cancellationToken)
    {
        CancellationToken token = leg?.Token ?? cancellationToken;
        RoutedStream stream = new(this, walk, target, services.TimeProvider, leg, cancellationToken);
        bool isCommitted;
        try
        {
            isCommitted = await stream.OpenAsync(messages, judge.HasValidators, judge.Inspect(walk.Request)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Closed first: a router behind tells what it cost when its stream is closed.
            AttemptRecorder failed = stream.Attempt;
            failed.EndedAfter = failed.Elapsed;
            await stream.DisposeAsync().ConfigureAwait(false);
            RecordFailure(walk, failed, exception, AttemptResult.Failed, stream.Nested, leg, cancellationToken);
            return null;
        }

        if (!isCommitted)
        {
            // A stream that was stopped gets the same second chance as a whole answer that is sent back, if its validator wants that.
            RouteTarget again = target;
            IReadOnlyList<ChatMessage>? second = stream.StopInstruction is { } instruction && mayRepair && walk.TryRepeat(target, out again)
                ? RepairRequest.Create(walk.Request.Messages, stream.ToResponse(), instruction)
                : null;
            await stream.DisposeAsync().ConfigureAwait(false);
            return second is null || await walk.ReserveAsync(again, token).ConfigureAwait(false) is not { } reserved
                ? null
                : await TryOpenAsync(walk, reserved, second, mayRepair: false, leg, cancellationToken).ConfigureAwait(false);
        }

        if (!stream.IsBuffered)
        {
            return await TryCommitAsync(walk, stream, leg).ConfigureAwait(false);
        }

        // The whole answer is here, and nobody has seen any of it.
        Judgement judgement;
        try
        {
            judgement = await judge.JudgeAsync(walk, target.Model.Id, stream.ToResponse(), token).ConfigureAwait(false);
        }
        catch (Exception) when (token.IsCancellationRequested)
        {
            RecordCancelled(walk, stream.Attempt, stream.Nested, leg);
            await stream.DisposeAsync().ConfigureAwait(false);
            return null;
        }

        AttemptRecorder attempt = stream.Judge(judgement.Result, judgement.Validator);
        if (judgement.IsAccepted)
        {
            if (judgement.RawText is not null)
            {
                stream.RawText = judgement.RawText;
                ResponseWriter.ReplaceText(stream.Held, judgement.Response.Text);
            }

            return await TryCommitAsync(walk, stream, leg).ConfigureAwait(false);
        }

        IReadOnlyList<ChatMessage>? repair = RecordRejection(walk, attempt, judgement, mayRepair, stream.Nested, out RouteTarget next);
        await stream.DisposeAsync().ConfigureAwait(false);
        return repair is null || await walk.ReserveAsync(next, token).ConfigureAwait(false) is not { } granted
            ? null
            : await TryOpenAsync(walk, granted, repair, mayRepair: false, leg, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<HedgedAnswer?> GetHedgedAsync(RouteWalk walk, HedgingSettings hedging, RouteTarget target, CancellationToken cancellationToken) =>
        _hedger.RunAsync(
            walk,
            hedging,
            target,
            countsFirstToken: false,
            keepsLeg: false,
            async (where, leg) => await TryGetAsync(walk, where, walk.Request.Messages, mayRepair: true, leg, cancellationToken).ConfigureAwait(false) is { } answer
                ? new HedgedAnswer(answer, where)
                : null,
            cancellationToken);

    private ValueTask<RoutedStream?> OpenHedgedAsync(RouteWalk walk, HedgingSettings hedging, RouteTarget target, CancellationToken cancellationToken) =>
        _hedger.RunAsync(
            walk,
            hedging,
            target,
            countsFirstToken: !judge.HasValidators,
            keepsLeg: true,
            (where, leg) => TryOpenAsync(walk, where, walk.Request.Messages, mayRepair: true, leg, cancellationToken),
            cancellationToken);

    // Until here nobody has seen anything of the stream; of two that run side by side only one comes further.
    private async ValueTask<RoutedStream?> TryCommitAsync(RouteWalk walk, RoutedStream stream, HedgeLeg? leg)
    {
        if (leg is null || leg.TryWin())
        {
            return stream.Commit();
        }

        AttemptRecorder lost = stream.Attempt;
        lost.EndedAfter = lost.Elapsed;
        await stream.DisposeAsync().ConfigureAwait(false);
        RecordCancelled(walk, lost, stream.Nested, leg);
        return null;
    }

    private async ValueTask<ChatResponse> CallAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        WalkBudget? nested,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = new();
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        Task<ChatResponse>? pending = null;
        bool isTotal = false;
        try
        {
            pending = target.Endpoint.Client.GetResponseAsync(walk.MessagesFor(target, messages), walk.OptionsFor(target, nested), source.Token);
            if (pending.IsCompleted)
            {
                return await pending.ConfigureAwait(false);
            }

            TimeSpan left = walk.TimeLeft;
            TimeSpan limit = walk.Settings.LimitsFor(target.Model.Profile.Tier).Attempt;
            isTotal = left < limit;
            return await SeamCall.WaitAsync(new ValueTask<ChatResponse>(pending), source, Positive(isTotal ? left : limit), services.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException) when (pending is { IsCompletedSuccessfully: false, IsFaulted: false })
        {
            throw new LimitException(isTotal ? LimitException.Total : LimitException.Attempt);
        }
        finally
        {
            target.Endpoint.ExitAfter(pending);
        }
    }

    private async ValueTask WaitAsync(RouteWalk walk, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            // Rounded up: a timer knows whole milliseconds, and one that fires early would have the walk ask again, and again.
            TimeSpan whole = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
            await Task.Delay(whole, services.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ThrowIfCancelled(walk, cancellationToken);
        }
    }

    /// <summary>Records a rejected answer.</summary>
    /// <returns>What to send so that the same model mends it; null when the next model's turn has come.</returns>
    private static List<ChatMessage>? RecordRejection(
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

    /// <summary>Says whether an answer in disguise goes to the caller all the same.</summary>
    internal static bool IsForCaller(FailureKind kind, ExecutionSettings settings) =>
        (kind == FailureKind.ContentFiltered && !settings.FailoverOnContentFilter) || (kind == FailureKind.Refusal && !settings.FailoverOnRefusal);

    private void ThrowIfCancelled(RouteWalk walk, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            Publish(walk.ToOutcome(), walk.Request);
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

    private static partial class Log
    {
        [LoggerMessage(EventIds.AttemptFailed, LogLevel.Warning, "Model '{Model}' failed at endpoint '{Endpoint}': {Kind} ({What})")]
        public static partial void AttemptFailed(ILogger logger, string model, string endpoint, FailureKind kind, string what);

        [LoggerMessage(EventIds.EndpointMisconfigured, LogLevel.Error, "Model '{Model}' cannot be reached at endpoint '{Endpoint}': {Kind} ({What}); check its key, its ModelId and its Endpoint")]
        public static partial void EndpointMisconfigured(ILogger logger, string model, string endpoint, FailureKind kind, string what);

        [LoggerMessage(EventIds.ObserverFailed, LogLevel.Warning, "Observer '{Observer}' threw {Exception}; it was ignored")]
        public static partial void ObserverFailed(ILogger logger, string observer, string exception);

        [LoggerMessage(EventIds.OptionNotSent, LogLevel.Warning, "Option '{Option}' is not sent as asked to model '{Model}' at endpoint '{Endpoint}', whose service does not take it; this is said once")]
        public static partial void OptionNotSent(ILogger logger, string option, string model, string endpoint);

        [LoggerMessage(EventIds.RouteCompleted, LogLevel.Debug, "Request {Id}: {Outcome}")]
        public static partial void RouteCompleted(ILogger logger, string id, RoutingOutcome outcome);

        [LoggerMessage(EventIds.RouteFailed, LogLevel.Error, "Request {Id} failed: {Kind} after {Attempts} attempts")]
        public static partial void RouteFailed(ILogger logger, string id, FailureKind kind, int attempts);
    }
}
