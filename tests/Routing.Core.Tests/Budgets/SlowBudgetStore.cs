using System.Collections.Immutable;
using LlmRouting.Budgets;

namespace LlmRouting.Core.Tests.Budgets;

/// <summary>Is a store that is far away: a test says when it answers, and it does not heed its cancellation.</summary>
/// <param name="waitOf">What the call of a number waits for, counted from 1.</param>
internal sealed class SlowBudgetStore(Func<int, Task> waitOf) : IBudgetStore
{
    private readonly InMemoryBudgetStore _inner = new();
    private int _calls;

    public async ValueTask<int> TryReserveAsync(ImmutableArray<BudgetCharge> charges, CancellationToken cancellationToken)
    {
        await waitOf(Interlocked.Increment(ref _calls));
        return await _inner.TryReserveAsync(charges, CancellationToken.None);
    }

    public ValueTask SettleAsync(ImmutableArray<BudgetCharge> charges, decimal actualUsd) => _inner.SettleAsync(charges, actualUsd);

    public BudgetBalance Read(in BudgetAccount account) => _inner.Read(account);
}
