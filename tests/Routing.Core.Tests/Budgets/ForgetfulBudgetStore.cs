using System.Collections.Immutable;
using LlmRouting.Budgets;

namespace LlmRouting.Core.Tests.Budgets;

/// <summary>Is a store that cannot be reached for the first reservations, and settles all of them.</summary>
internal sealed class ForgetfulBudgetStore(int failures) : IBudgetStore
{
    private readonly InMemoryBudgetStore _store = new();
    private int _left = failures;

    /// <summary>Gets or sets what happens between a settlement and its caller's next step: another call's settlement, for example.</summary>
    public Action? AfterSettling { get; set; }

    public ValueTask<int> TryReserveAsync(ImmutableArray<BudgetCharge> charges, CancellationToken cancellationToken) =>
        _left-- > 0 ? throw new TimeoutException("The database is busy.") : _store.TryReserveAsync(charges, cancellationToken);

    public async ValueTask SettleAsync(ImmutableArray<BudgetCharge> charges, decimal actualUsd)
    {
        await _store.SettleAsync(charges, actualUsd);
        Action? next = AfterSettling;
        AfterSettling = null;
        next?.Invoke();
    }

    public BudgetBalance Read(in BudgetAccount account) => _store.Read(account);
}
