using Microsoft.Extensions.AI;

namespace LlmRouting.Benchmarking;

/// <summary>Answers at once, always with the same objects: what is measured around it is the router's own cost.</summary>
internal sealed class StubChatClient : IChatClient
{
    private readonly Task<ChatResponse> _response = Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok"))
    {
        ModelId = "stub",
        FinishReason = ChatFinishReason.Stop,
        Usage = new UsageDetails { InputTokenCount = 200, OutputTokenCount = 50 },
    });

    private readonly ChatResponseUpdate _chunk = new(ChatRole.Assistant, "word ") { MessageId = "m", ResponseId = "r" };
    private readonly ChatResponseUpdate _end = new() { MessageId = "m", ResponseId = "r", FinishReason = ChatFinishReason.Stop };

    /// <summary>Gets or sets how many updates of text a stream has.</summary>
    public int Chunks { get; set; } = 1;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        _response;

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        for (int i = 0; i < Chunks; i++)
        {
            yield return _chunk;
        }

        yield return _end;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
