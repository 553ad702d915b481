namespace LlmRouting.Budgets;

/// <summary>Tells how one account of a budget stands.</summary>
/// <remarks>Immutable.</remarks>
public sealed record BudgetStatus
{
    /// <summary>Gets the name of the budget.</summary>
    public required string Budget { get; init; }

    /// <summary>Gets whose account it is.</summary>
    /// <value>Empty when the budget has one account for everything.</value>
    public required string Owner { get; init; }

    /// <summary>Gets the limit.</summary>
    /// <value>USD.</value>
    public required decimal LimitUsd { get; init; }

    /// <summary>Gets what settled calls cost.</summary>
    /// <value>USD. It may pass the limit by what calls cost beyond their reservations.</value>
    public required decimal SpentUsd { get; init; }

    /// <summary>Gets what is set aside for calls that are running.</summary>
    /// <value>USD.</value>
    public required decimal ReservedUsd { get; init; }

    /// <summary>Gets when the window began.</summary>
    public required DateTimeOffset WindowStart { get; init; }

    /// <summary>Gets when the account starts again at nothing.</summary>
    /// <value><see cref="DateTimeOffset.MaxValue"/> for an account without an end.</value>
    public required DateTimeOffset WindowEnd { get; init; }

    /// <summary>Gets what may still be spent.</summary>
    /// <value>USD, at least 0.</value>
    public decimal LeftUsd => Math.Max(0, LimitUsd - SpentUsd - ReservedUsd);

    /// <summary>Gets the share of the limit that is spent or set aside.</summary>
    /// <value>At least 0; 1 when the limit itself is 0.</value>
    public double UsedRatio => Share(SpentUsd + ReservedUsd, LimitUsd);

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Budget}: ${SpentUsd:0.000000} of ${LimitUsd:0.00} spent, ${ReservedUsd:0.000000} reserved");

    internal static double Share(decimal committed, decimal limit) => limit > 0 ? (double)(committed / limit) : 1;
}
