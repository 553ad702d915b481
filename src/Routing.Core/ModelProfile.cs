using System.Collections.Frozen;

namespace LlmRouting;

/// <summary>Describes a model: the facts that a decision is made from.</summary>
/// <remarks>Immutable and safe to share. What changes from call to call (latency, health) lives in <see cref="ModelEndpoint"/>.</remarks>
public sealed record ModelProfile
{
    /// <summary>Gets the alias that configuration, rules and records use.</summary>
    /// <value>Not empty, no colon; compared ignoring case. The provider's own name for the model is <see cref="ModelEndpoint.ModelId"/>.</value>
    public required string Id { get; init; }

    /// <summary>Gets the name of the tier that the model belongs to.</summary>
    /// <value>One of the configured tiers ("fast", "balanced", "frontier" by default); null means that no tier holds it; default null.</value>
    public string? Tier { get; init; }

    /// <summary>Gets how well the model answers overall.</summary>
    /// <value>0 to 1; default 0.5.</value>
    public double Quality { get; init; } = 0.5;

    /// <summary>Gets how well the model answers requests of a category, where that differs from <see cref="Quality"/>.</summary>
    /// <value>Category to 0..1, compared ignoring case; empty by default.</value>
    public FrozenDictionary<string, double> QualityByCategory
    {
        get;
        init => field = value.Comparer == StringComparer.OrdinalIgnoreCase ? value : value.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    } = FrozenDictionary<string, double>.Empty;

    /// <summary>Gets everything that the model is billed by.</summary>
    /// <value>Default <see cref="ModelPrices.Unknown"/>. The three prices below are short forms of parts of it: of an initializer that sets
    /// both, the later one counts.</value>
    public ModelPrices Prices { get; init; } = ModelPrices.Unknown;

    /// <summary>Gets the price of input tokens: a short form of <see cref="TokenPrices.Input"/>.</summary>
    /// <value>USD per million tokens; 0 means free; null means unknown (never treated as free); default null.</value>
    public decimal? InputUsdPerMillionTokens
    {
        get => Prices.Tokens.Input;
        init => Prices = Prices with { Tokens = Prices.Tokens with { Input = value } };
    }

    /// <summary>Gets the price of output tokens, reasoning included: a short form of <see cref="TokenPrices.Output"/>.</summary>
    /// <value>USD per million tokens; 0 means free; null means unknown; default null.</value>
    public decimal? OutputUsdPerMillionTokens
    {
        get => Prices.Tokens.Output;
        init => Prices = Prices with { Tokens = Prices.Tokens with { Output = value } };
    }

    /// <summary>Gets the price of input tokens that the provider read from its cache: a short form of <see cref="TokenPrices.CachedInput"/>.</summary>
    /// <value>USD per million tokens; null means that cached tokens cost as much as other input; default null.</value>
    public decimal? CachedInputUsdPerMillionTokens
    {
        get => Prices.Tokens.CachedInput;
        init => Prices = Prices with { Tokens = Prices.Tokens with { CachedInput = value } };
    }

    /// <summary>Gets the largest request that the model reads, output included.</summary>
    /// <value>Tokens; null means unknown, and then no request is too large; default null.</value>
    public int? ContextTokens { get; init; }

    /// <summary>Gets the longest answer that the model writes.</summary>
    /// <value>Tokens; null means unknown; default null.</value>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Gets what the model can do beyond text.</summary>
    /// <value>Default <see cref="ModelCapabilities.None"/>.</value>
    public ModelCapabilities Capabilities { get; init; }

    /// <summary>Gets whether the model can stream its answer.</summary>
    /// <value>Default true.</value>
    public bool SupportsStreaming { get; init; } = true;

    /// <summary>Gets how long the model typically takes for a whole answer, used until its endpoints have been measured.</summary>
    /// <value>null means unknown, and then no latency limit excludes it; default null.</value>
    public TimeSpan? TypicalLatency { get; init; }

    /// <summary>Gets free labels, such as a region, a licence or a data-protection class.</summary>
    /// <value>Compared ignoring case; empty by default.</value>
    public FrozenSet<string> Tags
    {
        get;
        init => field = value.Comparer == StringComparer.OrdinalIgnoreCase ? value : value.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    } = FrozenSet<string>.Empty;

    /// <summary>Gets the name that several versions of one model share.</summary>
    /// <value>Referring to a family means its newest version that is not retired; null means that the model stands alone; default null.</value>
    public string? Family { get; init; }

    /// <summary>Gets the version of the model, which a reference such as <c>family@version</c> or <c>id@version</c> pins.</summary>
    /// <value>Compared as text, newest last (dates as <c>2026-05-01</c> sort so); null means unversioned; default null.</value>
    public string? Version { get; init; }

    /// <summary>Gets the moment from which using the model draws a warning.</summary>
    /// <value>null means not deprecated; default null.</value>
    public DateTimeOffset? DeprecatedOn { get; init; }

    /// <summary>Gets the moment from which the model is no longer used.</summary>
    /// <value>null means never; default null.</value>
    public DateTimeOffset? RetiresOn { get; init; }

    /// <summary>Gets the model that takes over every reference to this one once it has retired.</summary>
    /// <value>A model id; null means that nothing takes over; default null.</value>
    public string? ReplacedBy { get; init; }

    /// <summary>Gets how well the model answers requests of a category.</summary>
    /// <param name="category">A category; null means none.</param>
    /// <returns>The category's own quality where there is one, else <see cref="Quality"/>; 0 to 1.</returns>
    public double QualityFor(string? category) =>
        category is not null && QualityByCategory.TryGetValue(category, out double quality) ? quality : Quality;

    /// <summary>Gets one price to compare models by: three parts input to one part output.</summary>
    /// <value>USD per million tokens; null when either price is unknown.</value>
    /// <remarks>The 3:1 blend is the custom of public price comparisons; it orders models and is never booked as a cost.</remarks>
    public decimal? BlendedUsdPerMillionTokens => ((3 * InputUsdPerMillionTokens) + OutputUsdPerMillionTokens) / 4;

    /// <summary>Estimates what a call costs.</summary>
    /// <param name="inputTokens">Tokens read, at least 0.</param>
    /// <param name="outputTokens">Tokens written, at least 0.</param>
    /// <returns>USD; null when a price that matters is unknown.</returns>
    /// <remarks>Counts the price of a request and the tier of a long input; caching, audio and reasoning are not known beforehand.</remarks>
    public decimal? EstimateCostUsd(long inputTokens, long outputTokens) => Prices.Estimate(inputTokens, outputTokens);

    /// <summary>Gets whether the model is deprecated at a moment.</summary>
    /// <param name="now">The moment.</param>
    /// <returns>True from <see cref="DeprecatedOn"/> on.</returns>
    public bool IsDeprecated(DateTimeOffset now) => DeprecatedOn <= now;

    /// <summary>Gets whether the model is retired at a moment.</summary>
    /// <param name="now">The moment.</param>
    /// <returns>True from <see cref="RetiresOn"/> on.</returns>
    public bool IsRetired(DateTimeOffset now) => RetiresOn <= now;

    /// <summary>Lists what configuration, rules and requests may call the model: its id and its family, each with its version too.</summary>
    internal IEnumerable<string> References()
    {
        yield return Id;
        if (Family is not null)
        {
            yield return Family;
        }

        if (Version is not null)
        {
            yield return $"{Id}@{Version}";
            if (Family is not null)
            {
                yield return $"{Family}@{Version}";
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Tier is null ? Id : $"{Id} ({Tier})";
}
