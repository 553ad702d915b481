using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Testing;

/// <summary>Is a chat client whose calls go wrong as a plan says, and which keeps a bill of what they cost.</summary>
/// <remarks>Thread-safe if the inner client is. Both modes meet the same faults. Waits are on the given clock.</remarks>
public sealed class FaultInjectingChatClient : DelegatingChatClient
{
    private const int CharactersPerToken = 4;

    private readonly FaultPlan _plan;
    private readonly TimeProvider _timeProvider;
    private readonly long _started;
    private long _calls;
    private int _running;

    /// <summary>Wraps a client.</summary>
    /// <param name="inner">The client whose answers are delivered as far as the plan lets them.</param>
    /// <param name="plan">What goes wrong.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <param name="name">What the bill calls the endpoint.</param>
    /// <param name="bill">Where it charges; null means a bill of its own.</param>
    public FaultInjectingChatClient(IChatClient inner, FaultPlan plan, TimeProvider? timeProvider = null, string name = "default", InjectedBill? bill = null)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _plan = plan;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _started = _timeProvider.GetTimestamp();
        Name = name;
        Bill = bill ?? new InjectedBill();
    }

    /// <summary>Gets what the bill calls the endpoint.</summary>
    public string Name { get; }

    /// <summary>Gets the bill.</summary>
    public InjectedBill Bill { get; }

    /// <summary>Gets how many calls were made.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>Gets how many calls run now; one that hangs runs for ever.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Gets what finds the host's name for a request, so that its calls can be told from others on the bill.</summary>
    /// <value>Must be thread-safe; null means that requests have no names; default null.</value>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions?, string?>? TagOf { get; init; }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> request = [.. messages];
        InjectedCharge charge = Begin(request, options, isStreaming: false);
        try
        {
            await OpenAsync(charge, request, cancellationToken).ConfigureAwait(false);
            if (Replacement(charge) is { } replacement)
            {
                return replacement.ToChatResponse();
            }

            if (charge.Fault.Kind is FaultKind.Stall or FaultKind.Cut or FaultKind.Break or FaultKind.ErrorContent)
            {
                return new ChatResponse(new ChatMessage(ChatRole.Assistant, [await GoWrongAsync(charge, cancellationToken).ConfigureAwait(false) ?? throw Broken()]));
            }

            ChatResponse response = await base.GetResponseAsync(request, options, cancellationToken).ConfigureAwait(false);
            charge.Set(response.Usage ?? new UsageDetails { OutputTokenCount = response.Text.Length / CharactersPerToken });
            if (charge.Fault.Kind == FaultKind.Malformed)
            {
                throw Unreadable();
            }

            if (charge.Fault.Kind == FaultKind.Trickle)
            {
                await Task.Delay(charge.Fault.Delay, _timeProvider, cancellationToken).ConfigureAwait(false);
            }

            response.Usage = Told(charge.Fault, response.Usage);
            return response;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> request = [.. messages];
        InjectedCharge charge = Begin(request, options, isStreaming: true);
        try
        {
            await OpenAsync(charge, request, cancellationToken).ConfigureAwait(false);
            if (Replacement(charge) is { } replacement)
            {
                foreach (ChatResponseUpdate update in replacement)
                {
                    yield return update;
                }

                yield break;
            }

            bool isBreaking = charge.Fault.Kind is FaultKind.Stall or FaultKind.Cut or FaultKind.Break or FaultKind.ErrorContent or FaultKind.Malformed;
            int delivered = 0;
            await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(request, options, cancellationToken).ConfigureAwait(false))
            {
                bool hasContent = update.Contents.Any(static content => content is not (UsageContent or ErrorContent or TextContent { Text.Length: 0 }));
                bool isEnd = update.FinishReason is not null || update.Contents.Any(static content => content is UsageContent);
                if (isBreaking && (isEnd || (hasContent && delivered == charge.Fault.AfterUpdates)))
                {
                    break;
                }

                if (charge.Fault.Kind == FaultKind.Trickle)
                {
                    await Task.Delay(charge.Fault.Delay, _timeProvider, cancellationToken).ConfigureAwait(false);
                }

                if (hasContent)
                {
                    delivered++;
                    charge.Write();
                }

                yield return Tell(charge, update);
            }

            if (isBreaking && await GoWrongAsync(charge, cancellationToken).ConfigureAwait(false) is { } last)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, [last]);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private InjectedCharge Begin(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool isStreaming)
    {
        FaultCall call = new(Interlocked.Increment(ref _calls) - 1, TagOf?.Invoke(messages, options), _timeProvider.GetElapsedTime(_started), isStreaming);
        InjectedCharge charge = new(Name, call, _plan.FaultFor(call));
        Bill.Add(charge);
        Interlocked.Increment(ref _running);
        return charge;
    }

    /// <summary>Gets past everything that can happen before a service has read the request.</summary>
    private async ValueTask OpenAsync(InjectedCharge charge, IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Refusal(charge.Fault) is { } refusal)
        {
            throw refusal;
        }

        if (charge.Fault.Kind == FaultKind.Hang)
        {
            await new TaskCompletionSource().Task.ConfigureAwait(false);
        }

        if (charge.Fault.Kind == FaultKind.SlowOpen)
        {
            await Task.Delay(charge.Fault.Delay, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        // A service that fails before its first word does not charge; one that began to answer has read the request.
        if (charge.Fault is not { Kind: FaultKind.ErrorContent, AfterUpdates: 0 } && !(charge.Fault.Kind == FaultKind.ErrorContent && !charge.Call.IsStreaming))
        {
            charge.Read(1 + messages.Sum(static message => (long)message.Text.Length / CharactersPerToken));
        }
    }

    private static Exception? Refusal(Fault fault) => fault.Kind switch
    {
        FaultKind.ConnectRefused => new HttpRequestException(
            HttpRequestError.ConnectionError, "Injected: connection refused.", new SocketException((int)SocketError.ConnectionRefused)),
        FaultKind.RateLimited => new ProviderException(FailureKind.RateLimited, "Injected: too many requests.") { RetryAfter = fault.RetryAfter },
        FaultKind.ServerError => new HttpRequestException("Injected: the service failed.", inner: null, HttpStatusCode.InternalServerError),
        FaultKind.Overloaded => new HttpRequestException("Injected: the service has no capacity.", inner: null, (HttpStatusCode)529),
        FaultKind.Unauthorized => new HttpRequestException("Injected: the key is refused.", inner: null, HttpStatusCode.Unauthorized),
        FaultKind.ContextLength => new ProviderException(FailureKind.ContextLengthExceeded, "Injected: the request is too long."),
        _ => null,
    };

    /// <summary>Makes what comes in place of an answer.</summary>
    /// <returns>null when the inner client's answer comes.</returns>
    private static ChatResponseUpdate[]? Replacement(InjectedCharge charge) => charge.Fault.Kind switch
    {
        FaultKind.Empty => [],
        FaultKind.RoleOnly =>
        [
            new() { Role = ChatRole.Assistant, ResponseId = "injected" },
            new(ChatRole.Assistant, "") { ResponseId = "injected", FinishReason = ChatFinishReason.Stop },
        ],
        FaultKind.ContentFilter =>
        [
            new() { Role = ChatRole.Assistant, ResponseId = "injected", FinishReason = ChatFinishReason.ContentFilter },
            new(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = charge.InputTokens, OutputTokenCount = 0 })]) { ResponseId = "injected" },
        ],
        _ => null,
    };

    /// <summary>Ends an answer the wrong way.</summary>
    /// <returns>What the answer says at last; null when it just ends.</returns>
    private async ValueTask<AIContent?> GoWrongAsync(InjectedCharge charge, CancellationToken cancellationToken)
    {
        switch (charge.Fault.Kind)
        {
            case FaultKind.Stall:
                await Task.Delay(Timeout.InfiniteTimeSpan, _timeProvider, cancellationToken).ConfigureAwait(false);
                return null;
            case FaultKind.Break:
                throw Broken();
            case FaultKind.Malformed:
                throw Unreadable();
            case FaultKind.ErrorContent:
                return new ErrorContent("Injected: the service failed.") { ErrorCode = "server_error" };
            default:
                return null;
        }
    }

    private static ChatResponseUpdate Tell(InjectedCharge charge, ChatResponseUpdate update)
    {
        for (int i = 0; i < update.Contents.Count; i++)
        {
            if (update.Contents[i] is UsageContent usage)
            {
                charge.Set(usage.Details);
                if (charge.Fault.Kind is FaultKind.MissingUsage or FaultKind.PartialUsage)
                {
                    update = update.Clone();
                    update.Contents = [.. update.Contents];
                    if (Told(charge.Fault, usage.Details) is { } told)
                    {
                        update.Contents[i] = new UsageContent(told);
                    }
                    else
                    {
                        update.Contents.RemoveAt(i--);
                    }
                }
            }
        }

        return update;
    }

    private static UsageDetails? Told(Fault fault, UsageDetails? usage) => fault.Kind switch
    {
        FaultKind.MissingUsage => null,
        FaultKind.PartialUsage => new UsageDetails { InputTokenCount = usage?.InputTokenCount },
        _ => usage,
    };

    private static HttpIOException Broken() => new(HttpRequestError.ResponseEnded, "Injected: the connection broke.");

    private static JsonException Unreadable() => new("Injected: the answer is no JSON.");
}
