using System.Collections.Immutable;

namespace LlmRouting;

/// <summary>Orders the tiers from the cheapest to the strongest, each with the complexity that it serves.</summary>
/// <remarks>Immutable.</remarks>
public sealed class TierLadder
{
    /// <summary>Creates a ladder.</summary>
    /// <param name="tiers">The tiers; sorted by <see cref="Tier.MaxComplexity"/> here.</param>
    /// <exception cref="ArgumentException">There is no tier, two share a name or a threshold, or a threshold is not between 0 and 1.</exception>
    public TierLadder(IEnumerable<Tier> tiers)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        Tiers = [.. tiers.OrderBy(static tier => tier.MaxComplexity)];
        if (Tiers.IsEmpty)
        {
            throw new ArgumentException("A tier ladder needs at least one tier.", nameof(tiers));
        }

        for (int i = 0; i < Tiers.Length; i++)
        {
            Tier tier = Tiers[i];
            if (tier.MaxComplexity is not (>= 0 and <= 1))
            {
                throw new ArgumentException(FormattableString.Invariant($"Tier '{tier.Name}' ends at complexity {tier.MaxComplexity}; it must be between 0 and 1."), nameof(tiers));
            }

            if (IndexOf(tier.Name) != i)
            {
                throw new ArgumentException($"Tier '{tier.Name}' is given twice.", nameof(tiers));
            }

            if (i > 0 && Tiers[i - 1].MaxComplexity == tier.MaxComplexity)
            {
                throw new ArgumentException($"Tiers '{Tiers[i - 1].Name}' and '{tier.Name}' end at the same complexity.", nameof(tiers));
            }
        }
    }

    /// <summary>Gets the usual ladder: fast up to 0.3, balanced up to 0.7, frontier above.</summary>
    public static TierLadder Default { get; } = new([new("fast", 0.3), new("balanced", 0.7), new("frontier", 1.0)]);

    /// <summary>Gets the tiers, cheapest first.</summary>
    public ImmutableArray<Tier> Tiers { get; }

    /// <summary>Gets the position of a tier.</summary>
    /// <param name="name">The tier's name, in any case; null means none.</param>
    /// <returns>0 for the cheapest; -1 when the ladder has no such tier.</returns>
    public int IndexOf(string? name)
    {
        for (int i = 0; i < Tiers.Length; i++)
        {
            if (string.Equals(Tiers[i].Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Gets the position of the tier that serves a complexity.</summary>
    /// <param name="complexity">0 to 1; what lies above the last threshold belongs to the last tier.</param>
    /// <returns>0 for the cheapest.</returns>
    public int IndexFor(double complexity)
    {
        for (int i = 0; i < Tiers.Length - 1; i++)
        {
            if (complexity <= Tiers[i].MaxComplexity)
            {
                return i;
            }
        }

        return Tiers.Length - 1;
    }
}
