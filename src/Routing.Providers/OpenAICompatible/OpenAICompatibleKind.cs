namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Describes one kind of service that speaks OpenAI's chat completions: where it is, which key it wants, how it differs.</summary>
/// <remarks>Immutable. A host that knows a further service makes its own and hands it to <see cref="OpenAICompatibleProvider"/>.</remarks>
public sealed record OpenAICompatibleKind
{
    /// <summary>Gets the name that configuration uses.</summary>
    /// <value>Not empty; compared ignoring case.</value>
    public required string Name { get; init; }

    /// <summary>Gets the base address that is used when none is configured.</summary>
    /// <value>null means that an endpoint must be configured; default null.</value>
    public Uri? DefaultEndpoint { get; init; }

    /// <summary>Gets whether the service refuses calls without a key.</summary>
    /// <value>Default true.</value>
    public bool RequiresKey { get; init; } = true;

    /// <summary>Gets the environment variable that conventionally holds the key.</summary>
    /// <value>Read when no key is configured; null means that there is none; default null.</value>
    public string? KeyEnvironmentVariable { get; init; }

    /// <summary>Gets the header that carries the key.</summary>
    /// <value>null means <c>Authorization: Bearer</c>; default null.</value>
    public string? KeyHeader { get; init; }

    /// <summary>Gets the path that is added to an endpoint that has none.</summary>
    /// <value>Relative to the host; null adds nothing; default null.</value>
    public string? DefaultPath { get; init; }

    /// <summary>Gets the field that carries the limit on output tokens.</summary>
    /// <value><c>max_tokens</c>, which nearly every server knows, or <c>max_completion_tokens</c>; default <c>max_tokens</c>.</value>
    public string MaxTokensField { get; init; } = WireNames.MaxTokens;

    /// <summary>Gets the field that carries the seed.</summary>
    /// <value><c>seed</c> or <c>random_seed</c>; default <c>seed</c>.</value>
    public string SeedField { get; init; } = WireNames.Seed;

    /// <summary>Gets whether <c>top_k</c> is sent.</summary>
    /// <value>Default false: a service that does not know the field may reject the request.</value>
    public bool AcceptsTopK { get; init; }

    /// <summary>Gets whether a stream has to be asked for its usage.</summary>
    /// <value>Default true; false for a service that sends it anyway and does not know <c>stream_options</c>.</value>
    public bool AsksForStreamUsage { get; init; } = true;

    /// <summary>Gets whether the role <c>developer</c> is known.</summary>
    /// <value>Default false: such messages are sent as <c>system</c>.</value>
    public bool AcceptsDeveloperRole { get; init; }

    /// <summary>Gets whether the reasoning of earlier answers is sent back as <c>reasoning_content</c>.</summary>
    /// <value>Default false: it is left out.</value>
    public bool EchoesReasoning { get; init; }
}
