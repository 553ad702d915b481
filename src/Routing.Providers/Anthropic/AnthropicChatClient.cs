using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Speaks Anthropic's messages API over the official SDK, and says what the SDK keeps silent about.</summary>
/// <remarks>
/// Thread-safe. The caller's messages and options are never changed. The SDK's errors come through as its own exceptions. What the SDK would
/// leave out without a word is refused as <see cref="ProviderException"/> or reported (see <see cref="UnsentOptionsExtensions"/>); a stream that
/// ends without a reason to end, and an answer that cannot be read, are thrown as <see cref="ProviderException"/>.
/// </remarks>
public sealed class AnthropicChatClient : IChatClient
{
    private readonly IChatClient _client;
    private readonly IDisposable? _owned;
    private readonly string? _key;
    private readonly ChatClientMetadata _metadata;

    /// <summary>Creates a client over one of the SDK that somebody else has set up, and disposes.</summary>
    /// <param name="client">The SDK's client; its retries and time limits stay as they are.</param>
    /// <param name="modelId">The model to ask when a request names none.</param>
    /// <param name="maxTokens">The limit on output for a request that sets none; tokens, at least 1; default 4096.</param>
    /// <param name="thinkingMode">How <see cref="ChatOptions.Reasoning"/> is sent; <c>Extended</c> for models before adaptive thinking.</param>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="modelId"/> is blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is less than 1.</exception>
    [RequiresUnreferencedCode(AnthropicProvider.TrimmingMessage)]
    public AnthropicChatClient(
        IAnthropicClient client, string modelId, int maxTokens = 4096, AnthropicThinkingMode thinkingMode = AnthropicThinkingMode.Adaptive)
        : this(client, modelId, maxTokens, thinkingMode, key: null, owned: null)
    {
    }

    internal AnthropicChatClient(
        IAnthropicClient client, string modelId, int maxTokens, AnthropicThinkingMode thinkingMode, string? key, IDisposable? owned)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(modelId);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        _client = client.AsIChatClient(modelId, maxTokens, thinkingMode);
        _key = key;
        _owned = owned;
        _metadata = new ChatClientMetadata(AnthropicProvider.KindName, new Uri(client.BaseUrl), modelId);
    }

    /// <inheritdoc/>
    /// <exception cref="AnthropicException">The service answered with an error, or could not be reached.</exception>
    /// <exception cref="ProviderException">The request cannot be expressed, or the answer cannot be read.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();
        List<ChatMessage> prepared = MessagePreparer.Prepare(messages);
        CallNotes notes = new();
        ChatOptions? sent = OptionsPreparer.Prepare(options, notes);
        notes.Enter();
        ChatResponse response;
        try
        {
            response = await _client.GetResponseAsync(prepared, sent, cancellationToken).ConfigureAwait(false);
            UsageReader.Normalize(response.Usage, UsageReader.HourlyWrites(response.RawRepresentation));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (Translate(exception, notes) is { } other)
            {
                throw other;
            }

            throw;
        }

        response.ReportUnsentOptions(OptionsPreparer.FindUnsent(options, notes));
        RateLimitReader.Attach(response, notes.Limits);
        return response;
    }

    /// <inheritdoc/>
    /// <exception cref="AnthropicException">The service answered with an error, sent one in mid-stream, or could not be reached.</exception>
    /// <exception cref="ProviderException">
    /// The request cannot be expressed, or the stream cannot be read or ends without a reason to end.
    /// </exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Knows <see cref="ChatClientMetadata"/>, itself, and what the SDK's own chat client knows.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : _client.GetService(serviceType);
    }

    /// <inheritdoc/>
    /// <remarks>Disposes the SDK's client, and its connections, where an <see cref="AnthropicProvider"/> made them.</remarks>
    public void Dispose() => _owned?.Dispose();

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<ChatMessage> prepared = MessagePreparer.Prepare(messages);
        CallNotes notes = new();
        ChatOptions? sent = OptionsPreparer.Prepare(options, notes);
        notes.Enter();
        IAsyncEnumerator<ChatResponseUpdate> updates =
            _client.GetStreamingResponseAsync(prepared, sent, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            StreamState state = new();
            while (true)
            {
                // Not a method of its own: that would cost a further state machine whenever the next update has to be waited for.
                try
                {
                    if (!await updates.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }

                    // Within what is translated: the SDK reads the usage when it is asked for it.
                    state.Observe(updates.Current);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    state.Fail(Translate(exception, notes) ?? exception);
                    break;
                }

                if (state.Updates == 1 && Report(OptionsPreparer.FindUnsent(options, notes), notes.Limits) is { } report)
                {
                    yield return report;
                }

                yield return updates.Current;
            }

            if (state.Failure is not null)
            {
                // What was read has been paid for, however the stream ended.
                if (state.UnreportedUsage() is { } usage)
                {
                    yield return usage;
                }

                state.Failure.Throw();
            }

            if (!state.IsFinished)
            {
                throw Unfinished(notes, state);
            }
        }
    }

    /// <summary>Completes an exception of the SDK, or puts another in its place.</summary>
    /// <returns>null when the exception may be thrown as it is.</returns>
    private ProviderException? Translate(Exception exception, CallNotes notes)
    {
        switch (exception)
        {
            case AnthropicApiException failed:
                AnthropicFailureClassifier.SetRetryAfter(failed, notes.RetryAfter);
                return HoldsKey(failed)
                    ? new(AnthropicErrors.Classify(failed), $"'{AnthropicProvider.KindName}' answered with status {(int)failed.StatusCode}.") { RetryAfter = notes.RetryAfter }
                    : null;
            case AnthropicSseException failed:
                return HoldsKey(failed) ? new(AnthropicErrors.Classify(failed), $"'{AnthropicProvider.KindName}' reported an error in its stream.") : null;
            case AnthropicIOException or HttpRequestException or IOException or OperationCanceledException or ProviderException:
                return null;
        }

        // The SDK reads answers lazily, and what it throws over one that it does not understand may be any exception, with parts of the answer.
        return notes.HasResponse
            ? new(FailureKind.MalformedResponse, $"'{AnthropicProvider.KindName}' sent an answer that cannot be read ({exception.GetType().Name}).")
            : exception is AnthropicException or JsonException or NotSupportedException
                ? new(FailureKind.InvalidRequest, $"The request cannot be written for '{AnthropicProvider.KindName}' ({exception.GetType().Name}).", exception)
                : null;
    }

    // The exception holds the service's words, and some services repeat the key that they reject.
    private bool HoldsKey(Exception exception) => _key is not null && exception.ToString().Contains(_key, StringComparison.Ordinal);

    private static ProviderException Unfinished(CallNotes notes, StreamState state) =>
        state.Updates == 0 && notes is { HasResponse: true, MediaType: not "text/event-stream" }
            ? new(FailureKind.MalformedResponse, $"'{AnthropicProvider.KindName}' was asked for a stream and answered with something else.")
            : new(FailureKind.TruncatedStream, $"The stream of '{AnthropicProvider.KindName}' ended without a finish reason.");

    private static ChatResponseUpdate? Report(ImmutableArray<string> unsent, RateLimitState? limits)
    {
        if (unsent.IsEmpty && limits is null)
        {
            return null;
        }

        ChatResponseUpdate update = new() { Role = ChatRole.Assistant };
        update.ReportUnsentOptions(unsent);
        RateLimitReader.Attach(update, limits);
        return update;
    }
}
