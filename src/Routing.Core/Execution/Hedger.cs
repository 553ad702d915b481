using LlmRouting.Budgets;

namespace LlmRouting.Execution;

/// <summary>Runs an attempt and, when it is slow, one more beside it; the first good answer counts.</summary>
/// <remarks>Thread-safe; lives as long as the router. Why not Polly's hedging: docs/adr/0014.</remarks>
internal sealed class Hedger(TimeProvider timeProvider)
{
    private readonly HedgeBudget _budget = new();

    /// <summary>Counts a request towards those of which a share may be hedged.</summary>
    /// <returns>How it is hedged; null when it is not.</returns>
    public HedgingSettings? Begin(RouteWalk walk)
    {
        HedgingSettings settings = walk.Settings.Hedging;
        if (!(walk.Request.Policy?.Hedge ?? settings.Enabled)
            || walk.IsPinned
            || (!settings.AllowTools && walk.Request.Options?.Tools is { Count: > 0 }))
        {
            return null;
        }

        _budget.Earn(settings.MaxShare);
        return settings;
    }

    /// <summary>Runs an attempt.</summary>
    /// <param name="walk">Whose attempt it is.</param>
    /// <param name="settings">How it is hedged.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="countsFirstToken">Whether it is over with its first content, rather than with the whole answer.</param>
    /// <param name="keepsLeg">Whether a winner's leg lives on with what it gave; whoever gets that disposes the leg.</param>
    /// <param name="call">Makes the attempt: gives null once it has failed and is recorded. It must claim its leg before anybody sees its answer.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>null when all has failed; nothing runs any more then.</returns>
    public async ValueTask<T?> RunAsync<T>(
        RouteWalk walk,
        HedgingSettings settings,
        RouteTarget target,
        bool countsFirstToken,
        bool keepsLeg,
        Func<RouteTarget, HedgeLeg, ValueTask<T?>> call,
        CancellationToken cancellationToken)
        where T : class
    {
        TimeSpan? delay = settings.Delay
            ?? target.Endpoint.ObservedPercentile(countsFirstToken, settings.Percentile, settings.MinSamples, Monotonic.Now(timeProvider));
        HedgeRace race = new();
        HedgeLeg first = new(race, cancellationToken);
        HedgeLeg? second = null;
        Task<T?>? hedge = null;
        T? answer = null;
        bool isFirst = true;
        try
        {
            Task<T?> running = call(target, first).AsTask();
            if (delay is { } alone
                && !running.IsCompleted
                && await IsSlowAsync(running, alone, cancellationToken).ConfigureAwait(false)
                && await TryTakeAsync(walk, target, alone, running, race, cancellationToken).ConfigureAwait(false) is { } other)
            {
                second = new(race, cancellationToken);
                hedge = call(other, second).AsTask();
                isFirst = await Task.WhenAny(running, hedge).ConfigureAwait(false) == running;
            }

            answer = await (isFirst ? running : hedge!).ConfigureAwait(false); // not null: it was made when the first was not the quicker one
            if (hedge is null)
            {
                return answer;
            }

            if (answer is null)
            {
                // The quicker one failed, and is recorded; the other one goes on.
                isFirst = !isFirst;
                answer = await (isFirst ? running : hedge).ConfigureAwait(false);
            }
            else
            {
                // It ends at once, whether or not its service heeds the cancellation; its record belongs to the outcome.
                (isFirst ? second! : first).Cancel(); // not null: made with the hedge
                await (isFirst ? hedge : running).ConfigureAwait(false);
            }

            return answer;
        }
        finally
        {
            if (answer is null || !keepsLeg || !isFirst)
            {
                first.Dispose();
            }

            if (answer is null || !keepsLeg || isFirst)
            {
                second?.Dispose();
            }
        }
    }

    private async ValueTask<bool> IsSlowAsync(Task running, TimeSpan delay, CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = new();
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), timeProvider, source.Token)).ConfigureAwait(false);
        await source.CancelAsync().ConfigureAwait(false);
        return !running.IsCompleted && !cancellationToken.IsCancellationRequested;
    }

    private async ValueTask<RouteTarget?> TryTakeAsync(RouteWalk walk, RouteTarget first, TimeSpan delay, Task running, HedgeRace race, CancellationToken cancellationToken)
    {
        if (!_budget.TryTake())
        {
            return null;
        }

        if (walk.OfferHedge(first, delay) is { } offer)
        {
            BudgetReservation? reservation = null;
            bool hasRoom = walk.Spending is null;
            if (walk.Spending is not null)
            {
                reservation = await walk.ReserveHedgeAsync(first, offer, running, cancellationToken).ConfigureAwait(false);
                hasRoom = reservation is { IsHeld: true };
            }

            if (hasRoom && !race.IsWon && !cancellationToken.IsCancellationRequested && walk.TryTakeHedge(offer, reservation, out RouteTarget target))
            {
                return target;
            }

            reservation?.Settle(0);
        }

        _budget.GiveBack();
        return null;
    }
}
