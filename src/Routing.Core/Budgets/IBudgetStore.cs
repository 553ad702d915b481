using System.Collections.Immutable;

namespace LlmRouting.Budgets;

/// <summary>Keeps the accounts of the budgets.</summary>
/// <remarks>
/// The built-in one, <see cref="InMemoryBudgetStore"/>, belongs to one process. A store that several replicas share implements this over a
/// database of its own. Implementations are thread-safe. A reservation that takes longer than two seconds, or throws, lets its call go on
/// without a limit: a ledger that is gone takes no request with it.
/// </remarks>
public interface IBudgetStore
{
    /// <summary>Sets money aside on all accounts, or on none.</summary>
    /// <param name="charges">One for each account that the call is booked on. An amount of 0 always has room, on an account that is overdrawn
    /// too: what costs nothing is served when the money is gone.</param>
    /// <param name="cancellationToken">Cancels the wait; then nothing is set aside.</param>
    /// <returns>-1 when the money is set aside; else the index of the first charge for which there is no room.</returns>
    ValueTask<int> TryReserveAsync(ImmutableArray<BudgetCharge> charges, CancellationToken cancellationToken);

    /// <summary>Replaces what was set aside by what the call has cost.</summary>
    /// <param name="charges">What <see cref="TryReserveAsync"/> granted. When that threw, the same accounts with an amount of 0: nobody knows
    /// whether anything was set aside, and what is given back must have been.</param>
    /// <param name="actualUsd">What the call cost; USD; 0 releases the reservation. It may pass the limit: the money is gone.</param>
    /// <returns>When it is done. Not cancellable, since what was spent has to be booked.</returns>
    ValueTask SettleAsync(ImmutableArray<BudgetCharge> charges, decimal actualUsd);

    /// <summary>Reads an account from memory.</summary>
    /// <param name="account">The account.</param>
    /// <returns>What it holds; zero for one that was never used. A shared store answers with what it knew last: this is asked for every model
    /// of every request, and must not wait.</returns>
    BudgetBalance Read(in BudgetAccount account);
}
