using LlmRouting.Budgets;

namespace LlmRouting.Execution;

// What a hedge needs of the walk: a look ahead that takes nothing, since what a hedge does not get must be left for when the first attempt fails.
internal sealed partial class RouteWalk
{
    private int _cursorVersion;
    private bool _hasHedged;

    /// <summary>Looks for where a hedge may go, and changes nothing.</summary>
    /// <param name="first">The attempt that is slow.</param>
    /// <param name="usual">How long it was waited for.</param>
    /// <returns>null when nobody is well, or too little is left of the calls, the time or the money.</returns>
    public HedgeOffer? OfferHedge(in RouteTarget first, TimeSpan usual)
    {
        lock (_attempts)
        {
            // One call is left for when both fail; and an answer must still have a chance to come in time.
            if (_hasHedged || _stopped || _budget.CallsLeft < 2 || TimeLeft <= usual)
            {
                return null;
            }

            EndpointCursor cursor = _cursor;
            List<RouteTarget>? passedOver = null;
            while (cursor.TryAdvance(this, out RouteTarget target))
            {
                if (target.Endpoint.IsRetired || !MayHedgeTo(first, target))
                {
                    return null;
                }

                if (target.Endpoint.Health.State == CircuitState.Closed)
                {
                    return new(target with { IsHedge = true }, cursor, _cursorVersion, passedOver);
                }

                (passedOver ??= []).Add(target);
            }

            return null;
        }
    }

    /// <summary>Sets aside, on every budget, what a hedge may cost, beside what its request has spent and what the slow attempt may cost.</summary>
    /// <param name="first">Where the slow attempt goes.</param>
    /// <param name="offer">Where the hedge would go.</param>
    /// <param name="running">The slow attempt: once it has ended, there is nothing to wait for.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>null when there is no room, the attempt has ended, or the caller cancelled; nothing is recorded then.</returns>
    public async ValueTask<BudgetReservation?> ReserveHedgeAsync(RouteTarget first, HedgeOffer offer, Task running, CancellationToken cancellationToken)
    {
        try
        {
            return await LateReservation.WaitAsync(
                Spending!.TryReserveAsync( // not null: the caller looked
                    offer.Target.Model.Profile,
                    offer.Target.Endpoint.Settings?.Provider,
                    SpentUsd + Estimate(first.Model),
                    cancellationToken),
                running).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Takes a hedge's call from the budget, and enters its endpoint.</summary>
    /// <returns>False when things have changed since the offer, or the endpoint is full; nothing has happened then.</returns>
    public bool TryTakeHedge(in HedgeOffer offer, BudgetReservation? reservation, out RouteTarget target)
    {
        target = offer.Target with { Reservation = reservation };
        lock (_attempts)
        {
            if (_stopped || _cursorVersion != offer.Version || _budget.CallsLeft < 2 || !TryStart(ref target, isLastResort: false, out _, out _))
            {
                return false;
            }

            _hasHedged = true;
            _cursor = offer.Cursor;
            foreach (RouteTarget passed in offer.PassedOver ?? [])
            {
                PassOver(passed, EndpointRefusal.CircuitOpen, TimeSpan.Zero);
            }

            return true;
        }
    }

    private bool MayHedgeTo(in RouteTarget first, in RouteTarget target) =>
        !IsKeptElsewhere(target)
        && !(_windowExceeded is { } window && target.Model.Profile.ContextTokens <= window)
        && !(CostLimit is { } limit && _spentUsd + Estimate(first.Model) + Estimate(target.Model) > limit);
}
