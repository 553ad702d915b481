using LlmRouting.Budgets;

namespace LlmRouting.Execution;

// What the next call may cost: the request's own limit, and the budgets.
internal sealed partial class RouteWalk
{
    /// <summary>Sets aside, on every budget, what the next call of an entered target may cost.</summary>
    /// <returns>The target with its reservation; null when a budget has no room: the target is skipped, left, and its call given back.</returns>
    public ValueTask<RouteTarget?> ReserveAsync(RouteTarget target, CancellationToken cancellationToken) =>
        Spending is null ? new(target) : ReserveAsync(Spending, target, cancellationToken);

    private async ValueTask<RouteTarget?> ReserveAsync(BudgetSession spending, RouteTarget target, CancellationToken cancellationToken)
    {
        BudgetReservation? reservation = null;
        bool isLate = false;
        try
        {
            reservation = await LateReservation.WaitAsync(
                spending.TryReserveAsync(target.Model.Profile, target.Endpoint.Settings?.Provider, SpentUsd, cancellationToken),
                TimeLeft,
                _services.TimeProvider,
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller's token: whoever walks looks at it next.
        }
        catch (TimeoutException)
        {
            isLate = true;
        }

        if (reservation is not null)
        {
            return target with { Reservation = reservation };
        }

        target.Endpoint.Withdraw(target.Lease, Settings.Health, _services.TimeProvider);
        if (!target.Endpoint.IsRouter)
        {
            _budget.GiveBackCall();
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        if (isLate)
        {
            Skip(target, FailureKind.Timeout, LimitException.Total);
            _stopped = true;
            return null;
        }

        Skip(target, FailureKind.BudgetExceeded, spending.Refusal!.Reason); // not null: a reservation that is refused says why
        lock (_attempts)
        {
            LeaveModel(target.Model);
        }

        return null;
    }

    private decimal? CostLimit =>
        Request.MaxCostUsd is not { } limit ? Decision.MaxCostUsd : Decision.MaxCostUsd < limit ? Decision.MaxCostUsd : limit;

    private string? CostBarrier(RoutableModel model) =>
        // The first call was admitted by the cost constraint; later ones must fit beside what is spent already.
        CostLimit is { } limit && SpentUsd is > 0 and var spent && spent + Estimate(model) > limit
            ? "would exceed the request's cost limit"
            : null;

    private decimal SpentUsd
    {
        get
        {
            lock (_attempts)
            {
                return _spentUsd;
            }
        }
    }

    private decimal Estimate(RoutableModel model) => new Candidate(model, Request.Features).EstimatedCostUsd ?? 0;
}
