using LlmRouting.Budgets;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Walks the ranking until an answer is good: failover, cascade and repair are one mechanism.</summary>
/// <remarks>Thread-safe and stateless; what belongs to a request is in its <see cref="RouteWalk"/>.</remarks>
internal sealed partial class RouteExecutor
{
    private readonly OutcomePublisher _publisher;
    private readonly RouteServices _services;
    private readonly ILogger _logger;
    private readonly Hedger _hedger;
    private readonly AnswerFetcher _fetcher;
    private readonly StreamOpener _opener;

    public RouteExecutor(FailureInterpreter failures, AnswerJudge judge, OutcomePublisher publisher, RouteServices services, ILogger logger)
    {
        _publisher = publisher;
        _services = services;
        _logger = logger;
        _hedger = new(services.TimeProvider);
        AttemptReporter reporter = new(failures, publisher, services.TimeProvider, logger);
        _fetcher = new(reporter, judge, _hedger, services.TimeProvider);
        _opener = new(reporter, judge, _hedger, services.TimeProvider);
    }

    /// <summary>Gets what walks need of their surroundings.</summary>
    public RouteServices Services => _services;

    /// <summary>Gets who is told what became of requests.</summary>
    public OutcomePublisher Publisher => _publisher;

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
                    answer = await _fetcher.TryGetAsync(walk, reserved, walk.Request.Messages, mayRepair: true, leg: null, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    HedgedAnswer? first = await _fetcher.TryGetHedgedAsync(walk, hedging, reserved, cancellationToken).ConfigureAwait(false);
                    answer = first?.Judgement;
                    target = first?.Target ?? target;
                }

                if (answer is { } accepted)
                {
                    RoutingOutcome outcome = walk.ToOutcome();
                    _publisher.Publish(outcome, walk.Request);
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
                : hedging is null ? await _opener.TryOpenAsync(walk, reserved, walk.Request.Messages, mayRepair: true, leg: null, cancellationToken).ConfigureAwait(false)
                : await _opener.TryOpenHedgedAsync(walk, hedging, reserved, cancellationToken).ConfigureAwait(false);
            if (stream is not null)
            {
                return stream;
            }

            ThrowIfCancelled(walk, cancellationToken);
        }

        throw Fail(walk);
    }

    /// <summary>Makes the final error, tells everybody, and returns it to be thrown.</summary>
    private RoutingException Fail(RouteWalk walk)
    {
        RoutingOutcome outcome = walk.ToOutcome();

        // When money alone stood in the way, that is what the caller has to know; otherwise a failure says more.
        BudgetRefusal? refusal = walk.Failures.IsOnlyBudget ? walk.Spending?.Refusal : null;
        RouteFailedException exception = walk.Failures.ToException(outcome);
        Log.RouteFailed(_logger, outcome.Id, refusal is null ? exception.Kind : FailureKind.BudgetExceeded, outcome.Attempts.Length);
        _publisher.Publish(outcome, walk.Request);
        return refusal?.ToException(outcome) ?? (RoutingException)exception;
    }

    private async ValueTask WaitAsync(RouteWalk walk, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            // Rounded up: a timer knows whole milliseconds, and one that fires early would have the walk ask again, and again.
            TimeSpan whole = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
            await Task.Delay(whole, _services.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ThrowIfCancelled(walk, cancellationToken);
        }
    }

    private void ThrowIfCancelled(RouteWalk walk, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _publisher.Publish(walk.ToOutcome(), walk.Request);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.RouteFailed, LogLevel.Error, "Request {Id} failed: {Kind} after {Attempts} attempts")]
        public static partial void RouteFailed(ILogger logger, string id, FailureKind kind, int attempts);
    }
}
