using System.Collections.Frozen;

namespace LlmRouting.Budgets;

/// <summary>Sets a limit to what may be spent.</summary>
/// <remarks>Immutable.</remarks>
public sealed record BudgetRule
{
    /// <summary>Gets the name that records and errors use.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the most that may be spent in one window, for each owner.</summary>
    /// <value>USD, at least 0.</value>
    public required decimal LimitUsd { get; init; }

    /// <summary>Gets the windows.</summary>
    /// <value>Default one day, from midnight UTC.</value>
    public BudgetWindow Window { get; init; } = BudgetWindow.Every(BudgetPeriod.Day);

    /// <summary>Gets whose spending is added up.</summary>
    /// <value>Default <see cref="BudgetScope.Everything"/>.</value>
    public BudgetScope Scope { get; init; } = BudgetScope.Everything;

    /// <summary>Gets the limits of owners for whom another one holds.</summary>
    /// <value>Owner to USD, compared exactly; empty by default.</value>
    public FrozenDictionary<string, decimal> LimitsUsd { get; init; } = FrozenDictionary<string, decimal>.Empty;

    /// <summary>Gets the models whose calls count.</summary>
    /// <value>Model ids, compared ignoring case; empty means every model; default empty.</value>
    public FrozenSet<string> Models { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Gets from which used share on the strongest tiers are set aside, one after the other.</summary>
    /// <value>0 to 1; null means never; default 0.8. Half-way from here to the limit the next tier is set aside, where there are three.</value>
    public double? DowngradeAt { get; init; } = 0.8;

    /// <summary>Gets the answer's length that a reservation assumes when the caller set no limit.</summary>
    /// <value>Tokens, at least 1; default 2,048. What a call costs beyond its reservation is the slack of the limit.</value>
    public int ReservedOutputTokens { get; init; } = 2_048;

    /// <summary>Gets the limit of an owner.</summary>
    internal decimal LimitFor(string owner) => LimitsUsd.TryGetValue(owner, out decimal limit) ? limit : LimitUsd;

    /// <summary>Gets whether calls of a model count.</summary>
    internal bool Covers(string model) => Models.Count == 0 || Models.Contains(model);

    /// <summary>Finds how many of the strongest tiers are set aside.</summary>
    /// <param name="usedRatio">The share of the limit that is spent or reserved.</param>
    /// <param name="tiers">How many tiers there are.</param>
    /// <returns>0 to <paramref name="tiers"/> - 1: the cheapest tier always stays.</returns>
    internal int TiersSetAside(double usedRatio, int tiers)
    {
        if (DowngradeAt is not { } from || usedRatio < from || tiers < 2)
        {
            return 0;
        }

        double way = from >= 1 ? 1 : (usedRatio - from) / (1 - from);
        return Math.Min(tiers - 1, 1 + (int)(way * (tiers - 1)));
    }

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return "A budget has no name.";
        }

        foreach ((string where, decimal limit) in LimitsUsd.Select(static pair => ($"LimitsUsd:{pair.Key}", pair.Value)).Prepend((nameof(LimitUsd), LimitUsd)))
        {
            if (limit < 0)
            {
                yield return FormattableString.Invariant($"Budgets:{Name}:{where} is {limit}; it must not be negative.");
            }
        }

        if (DowngradeAt is not (null or (>= 0 and <= 1)))
        {
            yield return FormattableString.Invariant($"Budgets:{Name}:DowngradeAt is {DowngradeAt}; it must be between 0 and 1.");
        }

        if (ReservedOutputTokens < 1)
        {
            yield return FormattableString.Invariant($"Budgets:{Name}:ReservedOutputTokens is {ReservedOutputTokens}; it must be at least 1.");
        }
    }
}
