namespace LlmRouting.Budgets;

/// <summary>Sets the strongest tiers aside while a budget runs low, so that it lasts longer.</summary>
/// <remarks>Soft: when no cheaper model can serve the request, the stronger one does, as long as the budget has room.</remarks>
/// <param name="ledger">The budgets.</param>
/// <param name="tiers">The tiers.</param>
public sealed class BudgetDowngradeConstraint(BudgetLedger ledger, TierLadder tiers) : IRoutingConstraint, ISelectiveConstraint
{
    /// <inheritdoc/>
    public string Name => "budget-downgrade";

    /// <inheritdoc/>
    public bool IsSoft => true;

    /// <inheritdoc/>
    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(request);
        int tier = tiers.IndexOf(candidate.Profile.Tier);
        if (tier <= 0)
        {
            return null;
        }

        int aside = ledger.TiersSetAside(request, candidate.Profile.Id, tiers.Tiers.Length, out BudgetRule? rule);
        return rule is not null && tier >= tiers.Tiers.Length - aside
            ? $"budget '{rule.Name}' runs low, and tier '{candidate.Profile.Tier}' is set aside"
            : null;
    }

    bool ISelectiveConstraint.CanReject(RoutingRequest request) => !ledger.IsEmpty;
}
