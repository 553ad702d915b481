using System.Collections.Immutable;

namespace LlmRouting.Budgets;

/// <summary>Is the money that is set aside for one call, until it is known what the call cost.</summary>
/// <remarks>Thread-safe. Settled once; whoever comes second changes nothing.</remarks>
internal sealed class BudgetReservation(BudgetLedger ledger, ImmutableArray<BudgetCharge> charges, bool isHeld)
{
    private int _isSettled;

    public ImmutableArray<BudgetCharge> Charges => charges;

    /// <summary>Gets whether the money was set aside.</summary>
    /// <value>False when the store did not answer: then what has to be called is called without a limit, and what need not be is not.</value>
    public bool IsHeld => isHeld;

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
