using Microsoft.Extensions.AI;

namespace LlmRouting.AotSmoke;

/// <summary>Makes clients that repeat what they are told.</summary>
internal sealed class EchoProvider : IModelProvider
{
    public string Kind => "echo";

    public IChatClient CreateClient(ModelEndpointSettings endpoint) => new EchoClient(endpoint.ModelId);

    private sealed class EchoClient(string modelId) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, $"{modelId}: {messages.Last().Text}")) { FinishReason = ChatFinishReason.Stop });

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            {
                yield return update;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
