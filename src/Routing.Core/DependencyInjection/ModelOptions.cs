namespace LlmRouting.DependencyInjection;

/// <summary>Configures a model; see <see cref="ModelProfile"/> for what the facts mean.</summary>
public sealed class ModelOptions
{
    /// <summary>Gets or sets the tier.</summary>
    /// <value>One of the configured tiers; null means none; default null.</value>
    public string? Tier { get; set; }

    /// <summary>Gets or sets how well the model answers overall.</summary>
    /// <value>0 to 1; default 0.5.</value>
    public double Quality { get; set; } = 0.5;

    /// <summary>Gets how well the model answers requests of a category.</summary>
    /// <value>Category to 0..1.</value>
    public IDictionary<string, double> QualityByCategory { get; } = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the price of input.</summary>
    /// <value>USD per million tokens; 0 means free; null means unknown; default null.</value>
    public decimal? InputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of output.</summary>
    /// <value>USD per million tokens; 0 means free; null means unknown; default null.</value>
    public decimal? OutputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of cached input.</summary>
    /// <value>USD per million tokens; null means the same as other input; default null.</value>
    public decimal? CachedInputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of cache writes.</summary>
    /// <value>USD per million tokens; null means the same as other input, as an estimate; default null.</value>
    public decimal? CacheWriteUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of cache writes that last an hour.</summary>
    /// <value>USD per million tokens; null means the same as other cache writes, as an estimate; default null.</value>
    public decimal? CacheWriteHourUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of audio in the input.</summary>
    /// <value>USD per million tokens; null means the same as other input, as an estimate; default null.</value>
    public decimal? AudioInputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of audio in the output.</summary>
    /// <value>USD per million tokens; null means the same as other output, as an estimate; default null.</value>
    public decimal? AudioOutputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of images in the input, where their tokens are counted apart.</summary>
    /// <value>USD per million tokens; null means the same as other input; default null.</value>
    public decimal? ImageInputUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets the price of reasoning, where it is billed apart.</summary>
    /// <value>USD per million tokens; null means the same as other output; default null.</value>
    public decimal? ReasoningUsdPerMillionTokens { get; set; }

    /// <summary>Gets or sets what a request costs beside its tokens.</summary>
    /// <value>USD; null means nothing; default null.</value>
    public decimal? UsdPerRequest { get; set; }

    /// <summary>Gets or sets what a request served as a batch, or flexibly, costs in proportion.</summary>
    /// <value>0 to 1; null means unknown; default null.</value>
    public decimal? BatchFactor { get; set; }

    /// <summary>Gets the prices of requests with a long input.</summary>
    /// <value>In any order; each holds for the whole request.</value>
    public IList<PriceTierOptions> PriceTiers { get; } = [];

    /// <summary>Gets or sets the context window.</summary>
    /// <value>Tokens, output included; null means unknown; default null.</value>
    public int? ContextTokens { get; set; }

    /// <summary>Gets or sets the longest answer.</summary>
    /// <value>Tokens; null means unknown; default null.</value>
    public int? MaxOutputTokens { get; set; }

    /// <summary>Gets or sets what the model can do beyond text, such as <c>"Tools, JsonSchema"</c>.</summary>
    /// <value>null means what a catalog says, else none; default null.</value>
    public ModelCapabilities? Capabilities { get; set; }

    /// <summary>Gets or sets whether the model can stream.</summary>
    /// <value>Default true.</value>
    public bool SupportsStreaming { get; set; } = true;

    /// <summary>Gets or sets how long an answer typically takes.</summary>
    /// <value>null means unknown; default null.</value>
    public TimeSpan? TypicalLatency { get; set; }

    /// <summary>Gets free labels.</summary>
    public IList<string> Tags { get; } = [];

    /// <summary>Gets or sets the name that several versions of one model share.</summary>
    /// <value>Default null.</value>
    public string? Family { get; set; }

    /// <summary>Gets or sets the version.</summary>
    /// <value>Default null.</value>
    public string? Version { get; set; }

    /// <summary>Gets or sets from when on using the model draws a warning.</summary>
    /// <value>Default null.</value>
    public DateTimeOffset? DeprecatedOn { get; set; }

    /// <summary>Gets or sets from when on the model is no longer used.</summary>
    /// <value>Default null.</value>
    public DateTimeOffset? RetiresOn { get; set; }

    /// <summary>Gets or sets the model that takes over then.</summary>
    /// <value>A model id; default null.</value>
    public string? ReplacedBy { get; set; }

    /// <summary>Gets or sets the provider, for a model that one endpoint serves.</summary>
    /// <value>A key below <c>Providers</c>; null where <see cref="Endpoints"/> or the host's code says who serves it; default null.</value>
    public string? Provider { get; set; }

    /// <summary>Gets or sets the provider's own name for the model.</summary>
    /// <value>null means the model's alias; default null.</value>
    public string? ModelId { get; set; }

    /// <summary>Gets the places that serve the model, for one that several do.</summary>
    /// <value>Tried in the order of their names.</value>
    public IDictionary<string, EndpointOptions> Endpoints { get; } = new SortedDictionary<string, EndpointOptions>(StringComparer.OrdinalIgnoreCase);
}
