namespace LlmRouting.Budgets;

/// <summary>Is what one call is expected to cost one account.</summary>
/// <param name="Account">The account.</param>
/// <param name="End">The end of the account's window, after which nobody asks for it.</param>
/// <param name="AmountUsd">What is set aside for the call; USD, at least 0.</param>
/// <param name="LimitUsd">What spent and reserved money together must not pass; USD.</param>
public readonly record struct BudgetCharge(BudgetAccount Account, DateTimeOffset End, decimal AmountUsd, decimal LimitUsd);
