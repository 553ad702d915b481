using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmRouting.Testing;

/// <summary>Is a chat client whose answers a test writes, and which remembers what it was asked.</summary>
/// <remarks>Thread-safe as long as its callbacks are. One callback serves both modes, unless a streaming one is given.</remarks>
public sealed class FakeChatClient : IChatClient
{
    private readonly Lock _lock = new();
    private readonly List<FakeCall> _calls = [];

    /// <summary>Creates a client that answers with a text.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="modelId">Who says that it answered; null means that it does not say.</param>
    public FakeChatClient(string text = "ok", string? modelId = null) =>
        OnResponse = (_, _, _) => Task.FromResult(Answer(text, modelId));

    /// <summary>Creates a client that answers with what a callback makes.</summary>
    /// <param name="onResponse">Makes the answer, or throws.</param>
    public FakeChatClient(Func<IEnumerable<ChatMessage>, ChatOptions?, CancellationToken, Task<ChatResponse>> onResponse) =>
        OnResponse = onResponse;

    /// <summary>Gets or sets what makes the answer.</summary>
    public Func<IEnumerable<ChatMessage>, ChatOptions?, CancellationToken, Task<ChatResponse>> OnResponse { get; set; }

    /// <summary>Gets or sets what makes the stream; null streams what <see cref="OnResponse"/> makes, update by update.</summary>
    public Func<IEnumerable<ChatMessage>, ChatOptions?, CancellationToken, IAsyncEnumerable<ChatResponseUpdate>>? OnStream { get; set; }

    /// <summary>Gets the calls so far.</summary>
    public IReadOnlyList<FakeCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Gets how often the client was disposed.</summary>
    public int Disposals { get; private set; }

    /// <summary>Makes an answer of one text message, with a finish reason and usage.</summary>
    /// <param name="text">The text.</param>
    /// <param name="modelId">Who says that it answered.</param>
    /// <returns>A new answer.</returns>
    public static ChatResponse Answer(string text, string? modelId = null) => new(new ChatMessage(ChatRole.Assistant, text) { MessageId = "m1" })
    {
        ResponseId = "r1",
        ModelId = modelId,
        FinishReason = ChatFinishReason.Stop,
        Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5, TotalTokenCount = 15 },
    };

    /// <summary>Creates a client that throws.</summary>
    /// <param name="makeException">Makes the exception of each call.</param>
    /// <returns>The client.</returns>
    public static FakeChatClient Throwing(Func<Exception> makeException) => new((_, _, _) => Task.FromException<ChatResponse>(makeException()));

    /// <summary>Creates a client whose calls never end unless they are cancelled.</summary>
    /// <returns>The client.</returns>
    public static FakeChatClient Hanging() => new(async (_, _, cancellationToken) =>
    {
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        throw new InvalidOperationException("Unreachable.");
    });

    /// <summary>Creates a client that streams updates.</summary>
    /// <param name="steps">An update to deliver, or an exception to throw.</param>
    /// <returns>The client.</returns>
    public static FakeChatClient Streaming(params object[] steps) => new()
    {
        OnStream = (_, _, cancellationToken) => Play(steps, cancellationToken),
    };

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        Note(messages, options, isStreaming: false);
        return OnResponse(messages, options, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        Note(messages, options, isStreaming: true);
        return OnStream is not null ? OnStream(messages, options, cancellationToken) : PlayResponse(OnResponse(messages, options, cancellationToken));
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Disposals++;

    private static async IAsyncEnumerable<ChatResponseUpdate> PlayResponse(Task<ChatResponse> response)
    {
        foreach (ChatResponseUpdate update in (await response.ConfigureAwait(false)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Play(object[] steps, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (object step in steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (step)
            {
                case Exception exception:
                    throw exception;
                case TimeSpan:
                    await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                    break;
                case Task task:
                    await task.ConfigureAwait(false); // continues inline, so that a test knows when the stream has moved on
                    break;
                case ChatResponseUpdate update:
                    yield return update;
                    break;
                default:
                    throw new ArgumentException($"A step must be an update, an exception, a task or a time span, not {step.GetType().Name}.", nameof(steps));
            }
        }
    }

    private void Note(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming)
    {
        lock (_lock)
        {
            _calls.Add(new FakeCall([.. messages], options, isStreaming));
        }
    }
}
