using System.Collections.Immutable;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Lists the kinds of service that the adapter knows by name.</summary>
public static class OpenAICompatibleKinds
{
    /// <summary>Gets OpenAI itself.</summary>
    public static OpenAICompatibleKind OpenAI { get; } = new()
    {
        Name = "openai",
        DefaultEndpoint = new Uri("https://api.openai.com/v1"),
        KeyEnvironmentVariable = "OPENAI_API_KEY",
        MaxTokensField = WireNames.MaxCompletionTokens,
        AcceptsDeveloperRole = true,
    };

    /// <summary>Gets the v1 endpoint of Azure OpenAI; its endpoint must be configured, its model is a deployment's name.</summary>
    public static OpenAICompatibleKind AzureOpenAI { get; } = new()
    {
        Name = "azure-openai",
        KeyEnvironmentVariable = "AZURE_OPENAI_API_KEY",
        KeyHeader = "api-key",
        DefaultPath = "openai/v1",
        MaxTokensField = WireNames.MaxCompletionTokens,
        AcceptsDeveloperRole = true,
    };

    /// <summary>Gets any other service with the same wire format; its endpoint must be configured, its key may be.</summary>
    public static OpenAICompatibleKind Compatible { get; } = new()
    {
        Name = "openai-compatible",
        RequiresKey = false,
        AcceptsTopK = true,
    };

    /// <summary>Gets every kind, in a fixed order.</summary>
    public static ImmutableArray<OpenAICompatibleKind> All { get; } =
    [
        OpenAI,
        AzureOpenAI,
        Hosted("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY") with { MaxTokensField = WireNames.MaxCompletionTokens },
        Hosted("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY") with { AcceptsTopK = true },

        // Mistral rejects fields that it does not know, calls the seed random_seed, and ends every stream with its usage unasked.
        Hosted("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY") with { SeedField = WireNames.RandomSeed, AsksForStreamUsage = false },
        Hosted("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        Hosted("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY") with { AcceptsTopK = true },
        Local("ollama", "http://localhost:11434/v1"),
        Local("vllm", "http://localhost:8000/v1") with { KeyEnvironmentVariable = "VLLM_API_KEY", AcceptsTopK = true },
        Local("llama.cpp", "http://localhost:8080/v1") with { KeyEnvironmentVariable = "LLAMA_API_KEY", AcceptsTopK = true },
        Local("lmstudio", "http://localhost:1234/v1") with { AcceptsTopK = true },
        Compatible,
    ];

    /// <summary>Finds a kind by its name.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <returns>The kind; null when there is none of that name.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public static OpenAICompatibleKind? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (OpenAICompatibleKind kind in All)
        {
            if (string.Equals(kind.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }

        return null;
    }

    private static OpenAICompatibleKind Hosted(string name, string endpoint, string keyVariable) =>
        new() { Name = name, DefaultEndpoint = new Uri(endpoint), KeyEnvironmentVariable = keyVariable };

    private static OpenAICompatibleKind Local(string name, string endpoint) =>
        new() { Name = name, DefaultEndpoint = new Uri(endpoint), RequiresKey = false };
}
