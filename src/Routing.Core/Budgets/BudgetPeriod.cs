namespace LlmRouting.Budgets;

/// <summary>Says how often an account of a budget starts again at nothing.</summary>
public enum BudgetPeriod
{
    /// <summary>With each request: a cap on what one request may cost, all its attempts together.</summary>
    Request,

    /// <summary>On each full hour.</summary>
    Hour,

    /// <summary>On each midnight.</summary>
    Day,

    /// <summary>On each first of a month.</summary>
    Month,

    /// <summary>Never: the account lives as long as whoever it belongs to, a conversation for example.</summary>
    Lifetime,

    /// <summary>After a length of the host's own, counted from 1970-01-01T00:00Z.</summary>
    Custom,
}
