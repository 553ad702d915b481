using System.Globalization;

namespace LlmRouting.Budgets;

/// <summary>Says which budget has no room for a call.</summary>
internal sealed record BudgetRefusal(BudgetRule Rule, string Reason, DateTimeOffset WindowEnd, BudgetBalance Balance, decimal LimitUsd)
{
    /// <summary>Makes the error that the caller receives.</summary>
    public BudgetExceededException ToException(RoutingOutcome? outcome)
    {
        bool hasNext = WindowEnd < DateTimeOffset.MaxValue;
        string next = hasNext ? string.Create(CultureInfo.InvariantCulture, $" Its next window begins at {WindowEnd.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.") : "";
        string held = Rule.Scope.Kind == BudgetScopeKind.Everything ? "" : $" (one account for each {Rule.Scope})";
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Budget '{Rule.Name}'{held} has no room for this request: ${Balance.SpentUsd:0.######} are spent and ${Balance.ReservedUsd:0.######} reserved of ${LimitUsd:0.######} per {Rule.Window}.{next} ")
            + "Raise its LimitUsd, allow a cheaper model, or lower the request's MaxOutputTokens.",
            Rule.Name)
        {
            RetryAt = hasNext ? WindowEnd : null,
            Outcome = outcome,
        };
    }
}
