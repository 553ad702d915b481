using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Builds clients for one kind of service that speaks OpenAI's chat completions, over the official SDK.</summary>
/// <remarks>
/// Thread-safe. The key is taken from <see cref="ModelEndpointSettings.ApiKey"/>, else from the environment variable that the property
/// <c>ApiKeyEnvironmentVariable</c> names, else from the kind's conventional one. Other properties: <c>MaxTokensField</c>
/// (<c>max_tokens</c> or <c>max_completion_tokens</c>), <c>AllowInsecure</c> (<c>true</c> allows http to other machines),
/// <c>EchoReasoning</c> (<c>true</c> sends earlier reasoning back) and <c>Header:{name}</c> (a header added to each request).
/// </remarks>
public sealed class OpenAICompatibleProvider : IModelProvider
{
    private readonly OpenAICompatibleKind _kind;
    private readonly TimeProvider _timeProvider;

    /// <summary>Creates the provider.</summary>
    /// <param name="kind">The kind of service.</param>
    /// <param name="timeProvider">Tells the time when a service says until when to wait; null means <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="kind"/> is null.</exception>
    public OpenAICompatibleProvider(OpenAICompatibleKind kind, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(kind);
        _kind = kind;
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public string Kind => _kind.Name;

    /// <inheritdoc/>
    public IChatClient CreateClient(ModelEndpointSettings endpoint) => CreateClient(endpoint, handler: null);

    /// <summary>Creates a client that sends its requests to a handler in place of the network.</summary>
    internal IChatClient CreateClient(ModelEndpointSettings endpoint, HttpMessageHandler? handler)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrWhiteSpace(endpoint.ModelId);
        EndpointReader reader = new(
            new EndpointDefaults(_kind.Name, _kind.DefaultEndpoint, _kind.DefaultPath, _kind.RequiresKey, _kind.KeyEnvironmentVariable), endpoint);
        reader.CheckProperties("MaxTokensField", "EchoReasoning");
        OpenAICompatibleKind kind = _kind with
        {
            MaxTokensField = reader.ReadChoice("MaxTokensField", WireNames.MaxTokens, WireNames.MaxCompletionTokens) ?? _kind.MaxTokensField,
            EchoesReasoning = _kind.EchoesReasoning || reader.IsTrue("EchoReasoning"),
        };
        string? key = reader.ReadKey();
        OpenAIClientOptions options = new()
        {
            Endpoint = reader.ReadAddress(),

            // The router counts attempts and owns every time limit; the SDK would retry three times, without a delay.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };

        if (handler is not null)
        {
            options.Transport = new HttpClientPipelineTransport(new HttpClient(handler));
        }

        KeyValuePair<string, string>[] headers = reader.ReadHeaders();
        if (headers.Length > 0)
        {
            options.AddPolicy(new ExtraHeadersPolicy(headers), PipelinePosition.PerCall);
        }

        ChatClient client = new(endpoint.ModelId, Authentication(kind, key), options);
        return new OpenAICompatibleChatClient(client, kind, _timeProvider, key);
    }

    private static AuthenticationPolicy Authentication(OpenAICompatibleKind kind, string? key)
    {
        if (key is null)
        {
            return new NoAuthenticationPolicy();
        }

        ApiKeyCredential credential = new(key);
        return kind.KeyHeader is null
            ? ApiKeyAuthenticationPolicy.CreateBearerAuthorizationPolicy(credential)
            : ApiKeyAuthenticationPolicy.CreateHeaderApiKeyPolicy(credential, kind.KeyHeader);
    }
}
