using System.Collections.Immutable;

namespace LlmRouting.Budgets;

/// <summary>Is what one request has to do with the budgets.</summary>
/// <remarks>Attempts of one request may reserve side by side (hedging), so its own sums are guarded.</remarks>
internal sealed class BudgetSession(BudgetLedger ledger, RoutingRequest request)
{
    /// <summary>Gets the budget that refused a call last.</summary>
    /// <value>null when none has.</value>
    public BudgetRefusal? Refusal { get; private set; }

    /// <summary>Sets aside what a call is expected to cost at most.</summary>
    /// <param name="model">The model that is to be asked.</param>
    /// <param name="provider">The name of its provider; null when unknown.</param>
    /// <param name="committedUsd">What the request has spent already, and what its running attempts set aside.</param>
    /// <param name="cancellationToken">Cancels the wait for a store that is far away.</param>
    /// <returns>The reservation; null when a budget has no room, see <see cref="Refusal"/>.</returns>
    public async ValueTask<BudgetReservation?> TryReserveAsync(ModelProfile model, string? provider, decimal committedUsd, CancellationToken cancellationToken)
    {
        (ImmutableArray<BudgetCharge> charges, BudgetRefusal? refusal) = ledger.ChargesFor(request, model, provider, committedUsd);
        bool isHeld = true;
        if (refusal is null && !charges.IsEmpty)
        {
            (refusal, charges, isHeld) = await ledger.TryReserveAsync(charges, model.Id, cancellationToken).ConfigureAwait(false);
        }

        Refusal = refusal ?? Refusal;
        return refusal is null ? new BudgetReservation(ledger, charges, isHeld) : null;
    }
}
