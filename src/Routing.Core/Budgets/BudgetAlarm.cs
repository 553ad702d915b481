namespace LlmRouting.Budgets;

/// <summary>Says how far an account is used up; the further, the larger.</summary>
internal enum BudgetAlarm
{
    /// <summary>Its <see cref="BudgetRule.DowngradeAt"/> is passed.</summary>
    RunsLow,

    /// <summary>Its limit is reached.</summary>
    Spent,
}
