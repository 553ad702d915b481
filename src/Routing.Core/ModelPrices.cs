using System.Collections.Immutable;

namespace LlmRouting;

/// <summary>Holds everything that a model is billed by.</summary>
/// <remarks>Immutable.</remarks>
public sealed record ModelPrices
{
    // A multiplication shifts the scale of a decimal, exactly; a division takes several times as long.
    internal const decimal PerMillion = 0.000001m;

    /// <summary>Gets prices of which none is known.</summary>
    public static ModelPrices Unknown { get; } = new();

    /// <summary>Gets what tokens cost.</summary>
    /// <value>Default <see cref="TokenPrices.Unknown"/>.</value>
    public TokenPrices Tokens { get; init; } = TokenPrices.Unknown;

    /// <summary>Gets what a request costs beside its tokens.</summary>
    /// <value>USD; null means nothing; default null.</value>
    public decimal? PerRequestUsd { get; init; }

    /// <summary>Gets what a request that the provider served as a batch, or flexibly, costs in proportion.</summary>
    /// <value>0 to 1 (0.5: half); null means unknown, and then such a request is booked at full price, as an estimate; default null.</value>
    public decimal? BatchFactor { get; init; }

    /// <summary>Gets the prices of requests with a long input.</summary>
    /// <value>Lowest bound first; empty by default.</value>
    public ImmutableArray<PriceTier> Tiers
    {
        get;
        init => field = value.IsDefaultOrEmpty ? [] : [.. value.OrderBy(static tier => tier.AboveInputTokens)];
    } = [];

    /// <summary>Gets the token prices of a request.</summary>
    /// <param name="inputTokens">The size of its input, cached tokens included.</param>
    /// <returns>The prices of the highest tier that the request exceeds, filled up from the tiers below.</returns>
    public TokenPrices For(long inputTokens)
    {
        TokenPrices prices = Tokens;
        foreach (PriceTier tier in Tiers)
        {
            if (inputTokens <= tier.AboveInputTokens)
            {
                break;
            }

            prices = tier.Tokens.Or(prices);
        }

        return prices;
    }

    /// <summary>Estimates what a request costs that has text alone, none of it cached.</summary>
    /// <param name="inputTokens">Tokens read, at least 0.</param>
    /// <param name="outputTokens">Tokens written, at least 0.</param>
    /// <returns>USD; null when a price that matters is unknown.</returns>
    /// <remarks>Allocates only for a request that exceeds a tier.</remarks>
    public decimal? Estimate(long inputTokens, long outputTokens)
    {
        TokenPrices prices = Tiers.IsEmpty ? Tokens : For(inputTokens);
        if (prices is not { Input: { } input, Output: { } output })
        {
            return null;
        }

        decimal usd = ((inputTokens * input) + (outputTokens * output)) * PerMillion;
        return PerRequestUsd is { } fee ? usd + fee : usd;
    }

    /// <summary>Says whether two sets of prices are the same.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>True when every price is.</returns>
    public bool Equals(ModelPrices? other) =>
        other is not null && Tokens == other.Tokens && PerRequestUsd == other.PerRequestUsd && BatchFactor == other.BatchFactor && Tiers.SequenceEqual(other.Tiers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tokens, PerRequestUsd, BatchFactor, Tiers.Length);
}
