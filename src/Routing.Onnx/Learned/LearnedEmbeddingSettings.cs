namespace LlmRouting.Onnx.Learned;

/// <summary>Says how embeddings are asked for, for a router that was trained with them.</summary>
/// <remarks>Immutable.</remarks>
public sealed record LearnedEmbeddingSettings
{
    /// <summary>Gets how long embedding one request may take.</summary>
    /// <value>Longer than 0, at most 49 days; default 1 second. Keep it below <c>StrategyTimeout</c>, so that the reason is known.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets how long the generator is left alone after it failed.</summary>
    /// <value>Longer than 0, at most 49 days; default 15 seconds. Until then nothing is decided by the router.</value>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets how many requests' embeddings are kept, by a hash of each text: a conversation's tool calls ask for the same text again and again.</summary>
    /// <value>0 keeps none; each takes four bytes a number; default 1,024.</value>
    public int CacheSize { get; init; } = 1024;

    /// <summary>Names the first setting out of range.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    internal void Validate()
    {
        if (CacheSize < 0)
        {
            throw new ArgumentException($"{nameof(CacheSize)} is {CacheSize}; it must not be negative.", nameof(CacheSize));
        }

        foreach ((string name, TimeSpan value) in ((string, TimeSpan)[])[(nameof(Timeout), Timeout), (nameof(RetryAfter), RetryAfter)])
        {
            // Timers take no more than about 49 days.
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(49))
            {
                throw new ArgumentException($"{name} is {value}; it must be longer than zero and at most 49 days.", name);
            }
        }
    }
}
