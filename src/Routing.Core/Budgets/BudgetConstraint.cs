namespace LlmRouting.Budgets;

/// <summary>Keeps the models for whose call every budget has room.</summary>
/// <remarks>
/// Hard: a limit is a limit. Free models always pass; a model of unknown price cannot be held to a limit and is excluded by one. The
/// decision only looks; the walk sets the money aside.
/// </remarks>
/// <param name="ledger">The budgets.</param>
public sealed class BudgetConstraint(BudgetLedger ledger) : IRoutingConstraint, ISelectiveConstraint
{
    /// <summary>The name of this constraint, and of the softer one, in records.</summary>
    internal const string ConstraintName = "budget";

    /// <inheritdoc/>
    public string Name => ConstraintName;

    /// <inheritdoc/>
    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ledger.FindRefusal(request, candidate)?.Reason;
    }

    bool ISelectiveConstraint.CanReject(RoutingRequest request) => !ledger.IsEmpty;
}
