namespace LlmRouting.Budgets;

/// <summary>Is what an account holds at a moment.</summary>
/// <param name="SpentUsd">What settled calls cost; USD.</param>
/// <param name="ReservedUsd">What is set aside for calls that are running; USD.</param>
public readonly record struct BudgetBalance(decimal SpentUsd, decimal ReservedUsd)
{
    /// <summary>Gets what is spent and what is set aside, together.</summary>
    public decimal CommittedUsd => SpentUsd + ReservedUsd;
}
