using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.HandOff;

/// <summary>Is a router over "a" and "b" at one provider and "c" at another, ranked in that order.</summary>
internal sealed class Clinic : IDisposable
{
    public Clinic(TimeProvider? timeProvider = null)
    {
        Client = new RoutingPipeline
        {
            Models = [Model("a", A, "one"), Model("b", B, "one"), Model("c", C, "two")],
            Strategies = [new DelegateStrategy("fixed", (_, _) => StrategyVerdict.Rank([.. Order], 1, "the order of the test"))],
            TimeProvider = timeProvider ?? TimeProvider.System,
            Execution = new ExecutionSettings(),
        }.Build();
    }

    public FakeChatClient A { get; } = new("from a");

    public FakeChatClient B { get; } = new("from b");

    public FakeChatClient C { get; } = new("from c");

    public string[] Order { get; set; } = ["a", "b", "c"];

    public RoutingChatClient Client { get; }

    public static ModelEndpoint Endpoint(IChatClient client, string provider, string name = "default") =>
        new(client, name, null, new ModelEndpointSettings { Provider = provider, Kind = $"kind-{provider}", ModelId = "x" }, ownsClient: false);

    public static RoutableModel Model(string id, IChatClient client, string provider) =>
        new(Pool.Profile(id) with { Capabilities = ModelCapabilities.Documents | ModelCapabilities.Tools }, Endpoint(client, provider));

    /// <summary>Makes a client answer with these contents, and with ids of its provider if they are given.</summary>
    public static void Answer(FakeChatClient client, AIContent[] contents, string? conversationId = null, ResponseContinuationToken? token = null) =>
        client.OnResponse = (_, _, _) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. contents]) { MessageId = "m" })
        {
            ResponseId = "r",
            ConversationId = conversationId,
            ContinuationToken = token,
            FinishReason = contents is [.., FunctionCallContent] ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        });

    public static void Fail(FakeChatClient client) =>
        client.OnResponse = static (_, _, _) => Task.FromException<ChatResponse>(new ProviderException(FailureKind.Overloaded, "no"));

    /// <summary>Has "a" answer a first turn, and makes the messages of the second.</summary>
    public async Task<List<ChatMessage>> TurnAsync(bool streaming, params AIContent[] contents)
    {
        Answer(A, contents);
        ChatResponse response = await Client.AskAsync(streaming);
        List<ChatMessage> messages = [.. Pool.Hello, .. response.Messages];
        if (contents.OfType<FunctionCallContent>().ToArray() is { Length: > 0 } calls)
        {
            messages.Add(new ChatMessage(ChatRole.Tool, [.. calls.Select(static call => new FunctionResultContent(call.CallId, "42"))]));
        }
        else
        {
            messages.Add(new ChatMessage(ChatRole.User, "And now?"));
        }

        Answer(A, [new TextContent("from a")]);
        return messages;
    }

    public void Dispose() => Client.Dispose();
}
