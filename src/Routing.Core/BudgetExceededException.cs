namespace LlmRouting;

/// <summary>Is thrown when a request is not answered because a budget has no room for it.</summary>
/// <remarks>No call was made beyond those in the outcome. The message names the budget, never whose account it is.</remarks>
public sealed class BudgetExceededException : RoutingException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which budget, and what to do.</param>
    /// <param name="budget">The name of the budget.</param>
    public BudgetExceededException(string message, string budget)
        : base(message) => Budget = budget;

    /// <summary>Gets the name of the budget.</summary>
    public string Budget { get; }

    /// <summary>Gets when the budget's next window begins.</summary>
    /// <value>null when it has none, because the budget is one of a request or without an end.</value>
    public DateTimeOffset? RetryAt { get; init; }
}
