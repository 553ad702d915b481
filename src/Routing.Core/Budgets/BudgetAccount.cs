namespace LlmRouting.Budgets;

/// <summary>Names one account: a budget, whose it is, and the window.</summary>
/// <param name="Budget">The name of the <see cref="BudgetRule"/>.</param>
/// <param name="Owner">A model, a tenant, a user; empty when the budget has one account for everything, or the request did not say.</param>
/// <param name="Start">The start of the window.</param>
public readonly record struct BudgetAccount(string Budget, string Owner, DateTimeOffset Start);
