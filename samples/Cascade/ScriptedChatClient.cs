using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmRouting.CascadeSample;

/// <summary>Stands in for a model: gives the answers of a script, one after the other, and streams them in small pieces.</summary>
internal sealed class ScriptedChatClient(params string[] answers) : IChatClient
{
    private const int PieceLength = 6;

    private int _next;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, Take()))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = new() { InputTokenCount = 60, OutputTokenCount = 20 },
        });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (char[] piece in Take().Chunk(PieceLength))
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, new string(piece)) { MessageId = "m" };
        }

        yield return new ChatResponseUpdate { MessageId = "m", FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // There is nothing to close.
    }

    private string Take() => answers[_next++ % answers.Length];
}
