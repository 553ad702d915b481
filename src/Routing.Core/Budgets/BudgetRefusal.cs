using System.Globalization;

namespace LlmRouting.Budgets;

/// <summary>Says which budget has no room for a call.</summary>
/// <param name="Rule">The budget.</param>
/// <param name="Model">The model that would have been called.</param>
/// <param name="CostUsd">What the call may cost; null when the model's price is unknown.</param>
/// <param name="WindowEnd">When the budget's window ends.</param>
/// <param name="Balance">What is spent and set aside in the window.</param>
/// <param name="LimitUsd">What the two together must not pass.</param>
internal sealed record BudgetRefusal(BudgetRule Rule, string Model, decimal? CostUsd, DateTimeOffset WindowEnd, BudgetBalance Balance, decimal LimitUsd)
{
    /// <summary>Gets the reason in a few words, for the record.</summary>
    public string Reason => CostUsd is null ? $"its price is unknown, and budget '{Rule.Name}' covers it" : $"budget '{Rule.Name}' has no room for it";

    /// <summary>Makes the error that the caller receives.</summary>
    public BudgetExceededException ToException(RoutingOutcome? outcome)
    {
        bool hasNext = CostUsd is not null && WindowEnd < DateTimeOffset.MaxValue;
        return new(CostUsd is { } cost ? NoRoom(cost, hasNext) : UnknownPrice(), Rule.Name)
        {
            RetryAt = hasNext ? WindowEnd : null,
            Outcome = outcome,
        };
    }

    private string NoRoom(decimal cost, bool hasNext)
    {
        string held = Rule.Scope.Kind == BudgetScopeKind.Everything ? "" : $" (one account for each {Rule.Scope})";
        string next = hasNext ? string.Create(CultureInfo.InvariantCulture, $" Its next window begins at {WindowEnd.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Budget '{Rule.Name}'{held} has no room for this request, which may cost ${cost:0.######} on model '{Model}': "
            + $"${Balance.SpentUsd:0.######} are spent and ${Balance.ReservedUsd:0.######} reserved of ${LimitUsd:0.######} per {Rule.Window}.{next} ")
            + "Raise its LimitUsd, allow a cheaper model, or lower the request's MaxOutputTokens.";
    }

    private string UnknownPrice() =>
        $"Budget '{Rule.Name}' cannot hold this request to its limit: the price of model '{Model}' is unknown. "
        + "Give the model its prices, or have the budget not cover it.";
}
