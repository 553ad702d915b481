using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmRouting.Minimal;

/// <summary>Stands in for a model: gives the same answer to everything.</summary>
internal sealed class CannedChatClient(string name) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, $"[canned answer of '{name}']"))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = new() { InputTokenCount = messages.Sum(static message => message.Text.Length) / 4, OutputTokenCount = 8 },
        });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatResponse response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (ChatResponseUpdate update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // There is nothing to close.
    }
}
