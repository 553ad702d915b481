using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests;

/// <summary>Builds a router over fakes, ranked in the order in which they are given.</summary>
internal static class Pool
{
    public static ChatMessage[] Hello => [new(ChatRole.User, "Hello there")];

    public static ModelProfile Profile(string id, double quality = 0.5, decimal price = 1) => new()
    {
        Id = id,
        Quality = quality,
        InputUsdPerMillionTokens = price,
        OutputUsdPerMillionTokens = price * 4,
    };

    public static RoutableModel Model(string id, IChatClient client) => new(Profile(id), new ModelEndpoint(client));

    public static RoutableModel Model(string id, double quality, decimal price, IChatClient? client = null) =>
        new(Profile(id, quality, price), new ModelEndpoint(client ?? new FakeChatClient()));

    /// <summary>Builds a router that tries the models in the order given: "m1", "m2" and so on.</summary>
    public static RoutingChatClient InOrder(params IChatClient[] clients) => InOrder(new ExecutionSettings(), clients);

    public static RoutingChatClient InOrder(ExecutionSettings settings, params IChatClient[] clients) => Pipeline(settings, clients).Build();

    public static RoutingPipeline Pipeline(ExecutionSettings settings, params IChatClient[] clients)
    {
        RoutableModel[] models = [.. clients.Select(static (client, index) => Model($"m{index + 1}", client))];
        return new RoutingPipeline
        {
            Models = models,
            Execution = settings,
            Strategies = [new DelegateStrategy("fixed", (_, candidates) => StrategyVerdict.Rank([.. candidates.Select(static candidate => candidate.Profile.Id)], 1, "the order of the test"))],
        };
    }

    /// <summary>Asks in either mode, and joins what came.</summary>
    public static async Task<ChatResponse> AskAsync(
        this IChatClient client,
        bool streaming,
        ChatOptions? options = null,
        IEnumerable<ChatMessage>? messages = null,
        CancellationToken cancellationToken = default) =>
        streaming
            ? await client.GetStreamingResponseAsync(messages ?? Hello, options, cancellationToken).ToChatResponseAsync(CancellationToken.None)
            : await client.GetResponseAsync(messages ?? Hello, options, cancellationToken);

    /// <summary>Makes an update of text.</summary>
    public static ChatResponseUpdate Text(string text, ChatFinishReason? finish = null) =>
        new(ChatRole.Assistant, text) { MessageId = "m", ResponseId = "r", FinishReason = finish };

    /// <summary>Makes an update without content that ends a stream.</summary>
    public static ChatResponseUpdate End(ChatFinishReason? finish = null) =>
        new() { MessageId = "m", ResponseId = "r", FinishReason = finish ?? ChatFinishReason.Stop };

    public static ChatResponseUpdate RoleOnly => new() { Role = ChatRole.Assistant, MessageId = "m", ResponseId = "r" };
}
