using System.Collections.Immutable;
using LlmRouting.Budgets;

namespace LlmRouting.Core.Tests.Budgets;

/// <summary>Is a store whose database is gone.</summary>
internal sealed class BrokenBudgetStore : IBudgetStore
{
    public async ValueTask<int> TryReserveAsync(ImmutableArray<BudgetCharge> charges, CancellationToken cancellationToken)
    {
        await Task.Yield();
        throw new TimeoutException("The database is gone.");
    }

    public async ValueTask SettleAsync(ImmutableArray<BudgetCharge> charges, decimal actualUsd)
    {
        await Task.Yield();
        throw new TimeoutException("The database is gone.");
    }

    public BudgetBalance Read(in BudgetAccount account) => throw new TimeoutException("The database is gone.");
}
