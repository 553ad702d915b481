namespace LlmRouting;

/// <summary>Holds what tokens cost, by what they are.</summary>
/// <remarks>Immutable. All prices are USD per million tokens: 0 means free, null means unknown, unless the property says what null falls back to.</remarks>
public sealed record TokenPrices
{
    /// <summary>Gets prices of which none is known.</summary>
    public static TokenPrices Unknown { get; } = new();

    /// <summary>Gets the price of input that has no price of its own below.</summary>
    /// <value>null means unknown (never treated as free); default null.</value>
    public decimal? Input { get; init; }

    /// <summary>Gets the price of output that has no price of its own below.</summary>
    /// <value>null means unknown; default null.</value>
    public decimal? Output { get; init; }

    /// <summary>Gets the price of input that the provider read from its cache.</summary>
    /// <value>null means as much as other input; default null.</value>
    public decimal? CachedInput { get; init; }

    /// <summary>Gets the price of input that the provider wrote to its cache, for the time that it keeps it by default.</summary>
    /// <value>null means as much as other input, and then the cost of a call that writes is an estimate; default null.</value>
    public decimal? CacheWrite { get; init; }

    /// <summary>Gets the price of input that the provider wrote to its cache for an hour, where it tells that apart.</summary>
    /// <value>null means as much as <see cref="CacheWrite"/>, and then the cost of a call that writes so is an estimate; default null.</value>
    public decimal? CacheWriteHour { get; init; }

    /// <summary>Gets the price of audio in the input.</summary>
    /// <value>null means as much as other input, and then the cost of a call with audio is an estimate; default null.</value>
    public decimal? AudioInput { get; init; }

    /// <summary>Gets the price of audio in the output.</summary>
    /// <value>null means as much as other output, and then the cost of a call with audio is an estimate; default null.</value>
    public decimal? AudioOutput { get; init; }

    /// <summary>Gets the price of images in the input, for a provider that counts their tokens apart.</summary>
    /// <value>null means as much as other input, which is how most providers bill images; default null.</value>
    public decimal? ImageInput { get; init; }

    /// <summary>Gets the price of reasoning, for a provider that bills it apart.</summary>
    /// <value>null means as much as other output; default null.</value>
    public decimal? Reasoning { get; init; }

    /// <summary>Fills what is unknown here with other prices.</summary>
    internal TokenPrices Or(TokenPrices other) => new()
    {
        Input = Input ?? other.Input,
        Output = Output ?? other.Output,
        CachedInput = CachedInput ?? other.CachedInput,
        CacheWrite = CacheWrite ?? other.CacheWrite,
        CacheWriteHour = CacheWriteHour ?? other.CacheWriteHour,
        AudioInput = AudioInput ?? other.AudioInput,
        AudioOutput = AudioOutput ?? other.AudioOutput,
        ImageInput = ImageInput ?? other.ImageInput,
        Reasoning = Reasoning ?? other.Reasoning,
    };
}
