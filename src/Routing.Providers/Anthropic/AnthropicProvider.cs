using System.Diagnostics.CodeAnalysis;
using System.Net;
using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Builds clients for Anthropic's messages API, over the official SDK.</summary>
/// <remarks>
/// Thread-safe. The key is taken from <see cref="ModelEndpointSettings.ApiKey"/>, else from the environment variable that the property
/// <c>ApiKeyEnvironmentVariable</c> names, else from <c>ANTHROPIC_API_KEY</c>. Other properties: <c>MaxTokens</c> (the limit on output for
/// requests that set none; default 4096), <c>ThinkingMode</c> (<c>adaptive</c>, the default, or <c>extended</c> for older models),
/// <c>AllowInsecure</c> (<c>true</c> allows http to other machines) and <c>Header:{name}</c> (a header set in each request).
/// The SDK serializes by reflection: it does not work when trimmed.
/// </remarks>
public sealed class AnthropicProvider : IModelProvider
{
    /// <summary>The name that configuration uses.</summary>
    public const string KindName = "anthropic";

    internal const string TrimmingMessage =
        "The SDK for Anthropic serializes by reflection, so it does not work when trimmed. Call AddOpenAICompatibleProviders where nothing else is needed.";

    // The service wants a limit in every request. The SDK's own default of 1024 cuts many answers off; every model takes 4096.
    private const int DefaultMaxTokens = 4096;

    private static readonly EndpointDefaults Defaults = new(
        KindName, new Uri("https://api.anthropic.com"), DefaultPath: null, RequiresKey: true, "ANTHROPIC_API_KEY");

    private readonly TimeProvider _timeProvider;

    /// <summary>Creates the provider.</summary>
    /// <param name="timeProvider">Tells the time when a service says until when to wait; null means <see cref="TimeProvider.System"/>.</param>
    [RequiresUnreferencedCode(TrimmingMessage)]
    public AnthropicProvider(TimeProvider? timeProvider = null) => _timeProvider = timeProvider ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public IChatClient CreateClient(ModelEndpointSettings endpoint) => CreateClient(endpoint, handler: null);

    /// <summary>Creates a client that sends its requests to a handler in place of the network.</summary>
    internal IChatClient CreateClient(ModelEndpointSettings endpoint, HttpMessageHandler? handler)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrWhiteSpace(endpoint.ModelId);
        EndpointReader reader = new(Defaults, endpoint);
        reader.CheckProperties("MaxTokens", "ThinkingMode");
        string? key = reader.ReadKey();
        string address = BaseOf(reader.ReadAddress());
        int maxTokens = reader.ReadCount("MaxTokens") ?? DefaultMaxTokens;
        AnthropicThinkingMode thinkingMode =
            reader.ReadChoice("ThinkingMode", "adaptive", "extended") == "extended" ? AnthropicThinkingMode.Extended : AnthropicThinkingMode.Adaptive;
        ResponseWatcher watcher = new(reader.ReadHeaders(), _timeProvider);

        // Redirects stay unfollowed, so that no key reaches a third place; every time limit is the router's.
        HttpClient http = new(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        AnthropicClient client = new(new ClientOptions
        {
            ApiKey = key,
            BaseUrl = address,
            HttpClient = http,
            Handlers = [watcher],

            // The router counts attempts and owns time; the SDK would retry twice, and stop long answers after a time of its own.
            MaxRetries = 0,
            Timeout = Timeout.InfiniteTimeSpan,

            // Its spans can be told by an environment variable to hold prompts.
            OpenTelemetry = false,
        });
        return new AnthropicChatClient(client, endpoint.ModelId, maxTokens, thinkingMode, key, owned: client);
    }

    // The SDK adds the version's path itself, and people write the address with or without it.
    private static string BaseOf(Uri address)
    {
        string text = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        return text.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? text[..^3] : text;
    }
}
