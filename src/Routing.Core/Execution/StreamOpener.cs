using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Makes the attempts of requests that are streamed, up to the moment when the caller may see one.</summary>
/// <remarks>Thread-safe and stateless.</remarks>
internal sealed class StreamOpener(AttemptReporter reporter, AnswerJudge judge, Hedger hedger, TimeProvider timeProvider)
{
    /// <summary>Makes one attempt, and its repair if a validator wants one.</summary>
    /// <param name="walk">Whose attempt it is.</param>
    /// <param name="target">Where it goes; entered, and left when the stream is closed.</param>
    /// <param name="messages">What is sent.</param>
    /// <param name="mayRepair">Whether the model may be asked to mend its answer.</param>
    /// <param name="leg">The attempt's leg; null when it runs alone.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>A committed stream; null when the attempt failed, and is recorded.</returns>
    public async ValueTask<RoutedStream?> TryOpenAsync(
        RouteWalk walk,
        RouteTarget target,
        IReadOnlyList<ChatMessage> messages,
        bool mayRepair,
        HedgeLeg? leg,
        CancellationToken cancellationToken)
    {
        CancellationToken token = leg?.Token ?? cancellationToken;
        RoutedStream stream = new(reporter, walk, target, timeProvider, leg, cancellationToken);
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
            reporter.RecordFailure(walk, failed, exception, AttemptResult.Failed, stream.Nested, leg, cancellationToken);
            return null;
        }

        if (!isCommitted)
        {
            // Closed first: a repair needs the place that it has at its endpoint.
            await stream.DisposeAsync().ConfigureAwait(false);

            // A stream that was stopped gets the same second chance as a whole answer that is sent back, if its validator wants that.
            RouteTarget again = target;
            IReadOnlyList<ChatMessage>? second = stream.StopInstruction is { } instruction && mayRepair && walk.TryRepeat(target, out again)
                ? RepairRequest.Create(walk.Request.Messages, stream.ToResponse(), instruction)
                : null;
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
            reporter.RecordCancelled(walk, stream.Attempt, stream.Nested, leg);
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

        attempt.EndedAfter = attempt.Elapsed;
        await stream.DisposeAsync().ConfigureAwait(false);
        IReadOnlyList<ChatMessage>? repair = AttemptReporter.RecordRejection(walk, attempt, judgement, mayRepair, stream.Nested, out RouteTarget next);
        return repair is null || await walk.ReserveAsync(next, token).ConfigureAwait(false) is not { } granted
            ? null
            : await TryOpenAsync(walk, granted, repair, mayRepair: false, leg, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes one attempt, and another one beside it if it is slow.</summary>
    /// <returns>A committed stream; null when all failed, and are recorded.</returns>
    public ValueTask<RoutedStream?> TryOpenHedgedAsync(RouteWalk walk, HedgingSettings hedging, RouteTarget target, CancellationToken cancellationToken) =>
        hedger.RunAsync(
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
        reporter.RecordCancelled(walk, lost, stream.Nested, leg);
        return null;
    }
}
