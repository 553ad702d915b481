using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Makes the attempts of requests that are not streamed.</summary>
/// <remarks>Thread-safe and stateless.</remarks>
internal sealed class AnswerFetcher(AttemptReporter reporter, AnswerJudge judge, Hedger hedger, TimeProvider timeProvider)
{
    /// <summary>Makes one attempt, and its repair if a validator wants one.</summary>
    /// <param name="walk">Whose attempt it is.</param>
    /// <param name="target">Where it goes; entered, and left when the call has returned.</param>
    /// <param name="messages">What is sent.</param>
    /// <param name="mayRepair">Whether the model may be asked to mend its answer.</param>
    /// <param name="leg">The attempt's leg; null when it runs alone.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>null when it failed, and is recorded.</returns>
    public async ValueTask<Judgement?> TryGetAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        bool mayRepair,
        HedgeLeg? leg,
        CancellationToken cancellationToken)
    {
        CancellationToken token = leg?.Token ?? cancellationToken;
        AttemptRecorder attempt = new(target, walk.Request.Features, timeProvider);
        WalkBudget? nestedBudget = walk.BudgetFor(target);
        ChatResponse response;
        try
        {
            response = await CallAsync(walk, target, messages, nestedBudget, token).ConfigureAwait(false)
                ?? throw new ProviderException(FailureKind.MalformedResponse, $"The client of model '{target.Model.Id}' returned null instead of an answer.");
        }
        catch (Exception exception)
        {
            reporter.RecordFailure(walk, attempt, exception, AttemptResult.Failed, nestedBudget?.Outcome, leg, cancellationToken);
            return null;
        }

        if (response.AdditionalProperties is not null && RateLimitState.From(response.AdditionalProperties) is { } rates)
        {
            target.Endpoint.Observe(rates, timeProvider);
        }

        TimeSpan answeredIn = attempt.Elapsed;
        attempt.EndedAfter = judge.HasValidators ? null : answeredIn;
        RoutingOutcome? nested = nestedBudget is null ? null : response.GetRoutingOutcome() ?? nestedBudget.Outcome;
        attempt.Usage = response.Usage;
        attempt.AnsweredBy = response.ModelId;
        attempt.UnsentOptions = response.GetUnsentOptions();
        reporter.WarnOfUnsent(target, attempt.UnsentOptions);
        ResponseWriter.Mark(response, target);
        IssuedIds.Note(walk.Issuers, target, response);
        attempt.AnswerLength = response.Usage is null ? ResponseWriter.TextLength(response) : 0;
        FailureKind? failure = ContentInspector.FindFailure(response);
        if (failure is { } kind && !ContentInspector.IsForCaller(kind, walk.Settings))
        {
            reporter.LogFailure(target, kind, "the answer itself");
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
                reporter.RecordCancelled(walk, attempt, nested, leg);
                return null;
            }

            attempt.Validation = judgement.Result;
            attempt.Validator = judgement.Validator;
            if (!judgement.IsAccepted)
            {
                IReadOnlyList<ChatMessage>? repair = AttemptReporter.RecordRejection(walk, attempt, judgement, mayRepair, nested, out RouteTarget again);
                return repair is null || await walk.ReserveAsync(again, token).ConfigureAwait(false) is not { } second
                    ? null
                    : await TryGetAsync(walk, second, repair, mayRepair: false, leg, cancellationToken).ConfigureAwait(false);
            }
        }

        if (leg is not null && !leg.TryWin())
        {
            reporter.RecordCancelled(walk, attempt, nested, leg);
            return null;
        }

        target.Endpoint.RecordLatency(answeredIn, firstToken: null, timeProvider);
        walk.Record(attempt.Write(AttemptResult.Succeeded, failure, nested: nested), target);
        return judgement;
    }

    /// <summary>Makes one attempt, and another one beside it if it is slow.</summary>
    /// <returns>null when all failed, and are recorded.</returns>
    public ValueTask<HedgedAnswer?> TryGetHedgedAsync(RouteWalk walk, HedgingSettings hedging, RouteTarget target, CancellationToken cancellationToken) =>
        hedger.RunAsync(
            walk,
            hedging,
            target,
            countsFirstToken: false,
            keepsLeg: false,
            async (where, leg) => await TryGetAsync(walk, where, walk.Request.Messages, mayRepair: true, leg, cancellationToken).ConfigureAwait(false) is { } answer
                ? new HedgedAnswer(answer, where)
                : null,
            cancellationToken);

    private async ValueTask<ChatResponse> CallAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        WalkBudget? nested,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = new();
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).CancelQuietly(), source);
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
            return await SeamCall.WaitAsync(new ValueTask<ChatResponse>(pending), source, Positive(isTotal ? left : limit), timeProvider).ConfigureAwait(false);
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

    // A timer of no time at all still lets a call that is nearly done finish first.
    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.FromTicks(1);
}
