namespace LlmRouting.DependencyInjection;

/// <summary>Configures the prices of requests with a long input; what is left out costs as much as below the tier.</summary>
public sealed class PriceTierOptions
{
    /// <summary>Gets or sets the size of input, cached tokens included, beyond which the tier holds.</summary>
    /// <value>Tokens, at least 1; required.</value>
    public long AboveInputTokens { get; set; }

    /// <summary>Gets or sets the price of input.</summary>
    /// <value>USD per million tokens; default null.</value>
    public decimal? InputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of output.</summary>
    /// <value>USD per million tokens; default null.</value>
    public decimal? OutputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of cached input.</summary>
    /// <value>USD per million tokens; default null.</value>
    public decimal? CachedInputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of cache writes.</summary>
    /// <value>USD per million tokens; default null.</value>
    public decimal? CacheWriteUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of cache writes that last an hour.</summary>
    /// <value>USD per million tokens; default null.</value>
    public decimal? CacheWriteHourUsdPerMillionTokens { get; set; }
}
