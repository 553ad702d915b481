using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmRouting.Testing;

/// <summary>Is a chat client whose every word says which call it belongs to, so that a test can prove what the caller saw.</summary>
/// <remarks>Thread-safe. Answers at once, with usage: one token of output for each word. <see cref="StampedAnswer.Read"/> reads an answer.</remarks>
/// <param name="name">Who answers: a word without blanks or any of <c>#</c>, <c>:</c>, <c>/</c>.</param>
/// <param name="words">How many words an answer has; at least 1.</param>
public sealed class StampedChatClient(string name, int words = 6) : IChatClient
{
    private long _calls;

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        long call = Interlocked.Increment(ref _calls);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<ChatResponse>(cancellationToken)
            : Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, string.Concat(Enumerable.Range(0, words).Select(i => Word(call, i)))))
            {
                ResponseId = "stamped",
                ModelId = name,
                FinishReason = ChatFinishReason.Stop,
                Usage = Usage(messages),
            });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long call = Interlocked.Increment(ref _calls);
        await Task.CompletedTask.ConfigureAwait(false);
        yield return new ChatResponseUpdate { Role = ChatRole.Assistant, ResponseId = "stamped", ModelId = name };
        for (int i = 0; i < words; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, Word(call, i)) { ResponseId = "stamped", ModelId = name };
        }

        yield return new ChatResponseUpdate { ResponseId = "stamped", FinishReason = ChatFinishReason.Stop };
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage(messages))]) { ResponseId = "stamped" };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private string Word(long call, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}#{call}:{index}/{words} ");

    private UsageDetails Usage(IEnumerable<ChatMessage> messages)
    {
        long input = 1 + messages.Sum(static message => (long)message.Text.Length);
        return new UsageDetails { InputTokenCount = input, OutputTokenCount = words, TotalTokenCount = input + words };
    }
}
