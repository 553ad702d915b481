using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Immutable;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Speaks OpenAI's chat completions, with OpenAI itself and with every service that takes the same format, over the official SDK.</summary>
/// <remarks>
/// Thread-safe. The caller's messages and options are never changed. Requests are built from the SDK's types, sent through its
/// pipeline, and its errors come through as <see cref="ClientResultException"/>. Answers are read from their JSON, because the SDK's
/// own types reject what many compatible services send; <see cref="ChatResponse.RawRepresentation"/> is that <see cref="JsonElement"/>.
/// Failures inside an answer, and requests that the format has no words for, are thrown as <see cref="ProviderException"/>.
/// </remarks>
public sealed class OpenAICompatibleChatClient : IChatClient
{
    private readonly ChatClient _client;
    private readonly OpenAICompatibleKind _kind;
    private readonly OpenAIFailureClassifier _classifier;
    private readonly ChatClientMetadata _metadata;
    private readonly TimeProvider _timeProvider;
    private readonly string? _key;

    /// <summary>Creates a client over one of the SDK that somebody else has set up.</summary>
    /// <param name="client">The SDK's client; its retries and time limits stay as they are. It holds nothing to dispose.</param>
    /// <param name="kind">Says how the service differs from OpenAI; null means <see cref="OpenAICompatibleKinds.OpenAI"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> is null.</exception>
    public OpenAICompatibleChatClient(ChatClient client, OpenAICompatibleKind? kind = null)
        : this(client, kind ?? OpenAICompatibleKinds.OpenAI, TimeProvider.System, key: null)
    {
    }

    internal OpenAICompatibleChatClient(ChatClient client, OpenAICompatibleKind kind, TimeProvider timeProvider, string? key)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _kind = kind;
        _key = key;
        _timeProvider = timeProvider;
        _classifier = new OpenAIFailureClassifier(timeProvider);
        _metadata = new ChatClientMetadata(kind.Name, client.Endpoint, client.Model);
    }

    /// <inheritdoc/>
    /// <exception cref="ClientResultException">The service answered with an error, or could not be reached.</exception>
    /// <exception cref="ProviderException">The request cannot be expressed, or the answer is malformed or reports an error.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        (PipelineResponse sent, ImmutableArray<string> unsent) = await SendAsync(messages, options, streaming: false, cancellationToken).ConfigureAwait(false);
        using PipelineResponse response = sent;
        ChatResponse answer = ResponseMapper.Map(response.Content.ToMemory().Span, ModelOf(options), _kind.Name);
        answer.ReportUnsentOptions(unsent);
        RateLimitReader.Attach(answer, ReadLimits(response));
        return answer;
    }

    /// <inheritdoc/>
    /// <exception cref="ClientResultException">The service answered with an error, or could not be reached.</exception>
    /// <exception cref="ProviderException">
    /// The request cannot be expressed, or the stream is malformed, reports an error or ends without a finish reason.
    /// </exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Knows <see cref="ChatClientMetadata"/>, the SDK's <see cref="ChatClient"/>, the <see cref="OpenAICompatibleKind"/>, and itself.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(ChatClient) ? _client
            : serviceType == typeof(OpenAICompatibleKind) ? _kind
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    /// <remarks>Does nothing: connections belong to the SDK's shared transport, or to whoever made the SDK's client.</remarks>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string model = ModelOf(options);
        (PipelineResponse sent, ImmutableArray<string> unsent) = await SendAsync(messages, options, streaming: true, cancellationToken).ConfigureAwait(false);
        using PipelineResponse response = sent;
        RateLimitState? limits = ReadLimits(response);
        if (!unsent.IsEmpty || limits is not null)
        {
            ChatResponseUpdate report = new() { Role = ChatRole.Assistant };
            report.ReportUnsentOptions(unsent);
            RateLimitReader.Attach(report, limits);
            yield return report;
        }

        if (IsWholeAnswer(response))
        {
            BinaryData body = await response.BufferContentAsync(cancellationToken).ConfigureAwait(false);
            foreach (ChatResponseUpdate update in ResponseMapper.Map(body.ToMemory().Span, model, _kind.Name).ToChatResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        StreamMapper mapper = new(model, _kind.Name);
        SseParser<JsonElement?> parser = SseParser.Create(response.ContentStream ?? Stream.Null, ReadEvent);
        IAsyncEnumerator<SseItem<JsonElement?>> events = parser.EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (events.ConfigureAwait(false))
        {
            ExceptionDispatchInfo? failure = null;
            bool isEmpty = true;
            while (failure is null)
            {
                ChatResponseUpdate? update = null;
                try
                {
                    if (!await events.MoveNextAsync().ConfigureAwait(false) || events.Current.Data is not JsonElement chunk)
                    {
                        break;
                    }

                    isEmpty = false;
                    update = mapper.Map(chunk);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    failure = ExceptionDispatchInfo.Capture(IsMalformed(exception) ? ResponseMapper.Malformed(exception, _kind.Name) : exception);
                }

                if (update is not null)
                {
                    yield return update;
                }
            }

            if (failure is null && !mapper.IsFinished)
            {
                failure = ExceptionDispatchInfo.Capture(isEmpty && !HasType(response, "text/event-stream")
                    ? new ProviderException(FailureKind.MalformedResponse, $"'{_kind.Name}' was asked for a stream and answered with something else.")
                    : new ProviderException(FailureKind.TruncatedStream, $"The stream of '{_kind.Name}' ended without a finish reason."));
            }

            // What was used has been paid for, however the stream ended.
            if ((failure is null ? mapper.Complete() : mapper.UsageUpdate()) is ChatResponseUpdate last)
            {
                yield return last;
            }

            failure?.Throw();
        }
    }

    private async Task<(PipelineResponse Response, ImmutableArray<string> Unsent)> SendAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, bool streaming, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<OpenAI.Chat.ChatMessage> wireMessages = MessageMapper.Map(messages, options?.Instructions, _kind);
        ChatCompletionOptions wireOptions = OptionsMapper.Map(options, _kind, this, out bool ignoresRaw);
        BinaryData body = RequestWriter.Write(wireOptions, wireMessages, ModelOf(options), streaming, _kind.AsksForStreamUsage);
        using BinaryContent content = BinaryContent.Create(body);
        RequestOptions request = new() { BufferResponse = !streaming, CancellationToken = cancellationToken };
        try
        {
            ClientResult result = await _client.CompleteChatAsync(content, request).ConfigureAwait(false);
            return (result.GetRawResponse(), OptionsMapper.FindUnsent(options, _kind, ignoresRaw));
        }
        catch (ClientResultException e) when (_key is not null && e.Message.Contains(_key, StringComparison.Ordinal))
        {
            // The SDK puts the service's words into the message, and some services repeat the key that they reject.
            FailureKind kind = _classifier.Classify(e, out TimeSpan? retryAfter) ?? FailureKind.Unknown;
            throw new ProviderException(kind, $"'{_kind.Name}' answered with status {e.Status}.") { RetryAfter = retryAfter };
        }
    }

    // A string with half a surrogate pair throws the second when it is read; a connection that is gone throws a kind of it, too.
    private static bool IsMalformed(Exception exception) => exception is JsonException or (InvalidOperationException and not ObjectDisposedException);

    // Null ends the stream. The event "error" is told apart from a chunk, whatever the shape of its data.
    private static JsonElement? ReadEvent(string eventType, ReadOnlySpan<byte> data)
    {
        if (data.Trim(" \t"u8).SequenceEqual("[DONE]"u8))
        {
            return null;
        }

        JsonElement element = JsonElement.Parse(data);
        return eventType == "error" && !element.TryGet("error"u8, out _) ? WrapError(data) : element;
    }

    private static JsonElement WrapError(ReadOnlySpan<byte> data) => JsonElement.Parse([.. "{\"error\":"u8, .. data, (byte)'}']);

    private RateLimitState? ReadLimits(PipelineResponse response) =>
        RateLimitReader.Read(name => response.Headers.TryGetValue(name, out string? value) ? value : null, _timeProvider);

    private static bool IsWholeAnswer(PipelineResponse response) => HasType(response, "application/json");

    private static bool HasType(PipelineResponse response, string mediaType) =>
        response.Headers.TryGetValue("Content-Type", out string? type) && type is not null
        && type.StartsWith(mediaType, StringComparison.OrdinalIgnoreCase);

    private string ModelOf(ChatOptions? options) => string.IsNullOrEmpty(options?.ModelId) ? _client.Model : options.ModelId;
}
