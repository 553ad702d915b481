using System.Collections.Immutable;

namespace LlmRouting.Budgets;

/// <summary>Is the money that is set aside for one call, until it is known what the call cost.</summary>
/// <remarks>Thread-safe. Settled once; whoever comes second changes nothing.</remarks>
internal sealed class BudgetReservation(BudgetLedger ledger, ImmutableArray<BudgetCharge> charges)
{
    private int _isSettled;

    public ImmutableArray<BudgetCharge> Charges => charges;

    /// <summary>Books what the call cost, and gives back the rest.</summary>
    /// <param name="actualUsd">USD; 0 for a call that was never made.</param>
    public void Settle(decimal actualUsd)
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
        {
            ledger.Settle(charges, actualUsd);
        }
    }
}
