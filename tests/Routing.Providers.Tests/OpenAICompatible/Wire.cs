using System.Collections.Frozen;
using System.Text.Json;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

/// <summary>What the tests of the adapter share: answers that are as short as a server may make them, and clients.</summary>
internal static class Wire
{
    public const string Key = "test-key-1234567890";

    public const string Answer =
        """{"id":"r1","created":1700000000,"model":"served","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}""";

    public static readonly string[] AnswerEvents =
    [
        """{"id":"r1","created":1700000000,"model":"served","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        """{"id":"r1","created":1700000000,"model":"served","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}""",
        """{"id":"r1","created":1700000000,"model":"served","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}""",
        """{"id":"r1","created":1700000000,"model":"served","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
    ];

    /// <summary>Answers a request in the mode that it asks for.</summary>
    public static Func<HttpContext, Task> Either(bool streaming, string? answer = null, string[]? events = null) =>
        streaming ? LoopbackServer.Events(events ?? AnswerEvents) : LoopbackServer.Json(answer ?? Answer);

    public static IChatClient Client(LoopbackServer server, string kind = "openai-compatible", params (string Name, string Value)[] properties) =>
        Client(server.Address, kind, properties);

    public static IChatClient Client(Uri address, string kind = "openai-compatible", params (string Name, string Value)[] properties) =>
        new OpenAICompatibleProvider(OpenAICompatibleKinds.Find(kind)!).CreateClient(Settings(kind, properties) with { Endpoint = address, ApiKey = Key });

    public static ModelEndpointSettings Settings(string kind, params (string Name, string Value)[] properties) => new()
    {
        Provider = "somewhere",
        Kind = kind,
        ModelId = "asked",
        Properties = properties.ToFrozenDictionary(static p => p.Name, static p => p.Value),
    };

    public static async Task<ChatResponse> AskAsync(
        this IChatClient client, bool streaming, ChatOptions? options = null, IEnumerable<ChatMessage>? messages = null, CancellationToken cancellationToken = default)
    {
        messages ??= [new ChatMessage(ChatRole.User, "Hi")];
        return streaming
            ? await client.GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken)
            : await client.GetResponseAsync(messages, options, cancellationToken);
    }

    /// <summary>Sends a request that gets the usual answer.</summary>
    /// <returns>The body of the request as the server got it.</returns>
    public static async Task<JsonElement> SendAsync(
        bool streaming, ChatOptions? options = null, IEnumerable<ChatMessage>? messages = null, string kind = "openai-compatible", params (string, string)[] properties)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Either(streaming));
        using IChatClient client = Client(server, kind, properties);

        await client.AskAsync(streaming, options, messages);

        return server.Body;
    }

    public static async Task<List<ChatResponseUpdate>> CollectAsync(this IAsyncEnumerable<ChatResponseUpdate> updates, List<ChatResponseUpdate>? into = null)
    {
        into ??= [];
        await foreach (ChatResponseUpdate update in updates)
        {
            into.Add(update);
        }

        return into;
    }

    public static string Raw(this JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value.GetRawText() : "absent";
}
