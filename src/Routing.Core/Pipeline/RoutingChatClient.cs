using System.Runtime.CompilerServices;
using LlmRouting.Execution;
using LlmRouting.Models;
using Microsoft.Extensions.AI;

namespace LlmRouting.Pipeline;

/// <summary>Is the one chat client that a host uses: routes each request to the cheapest model that serves it well.</summary>
/// <remarks>
/// Thread-safe. Answers carry a <see cref="RoutingOutcome"/>, see <see cref="RoutingChatResponseExtensions"/>. Hosts get it as an
/// <see cref="IChatClient"/> from the container or from <see cref="RoutingPipeline.Build"/>. Disposing it takes its endpoints out of service
/// and disposes those clients that the router created.
/// </remarks>
public sealed class RoutingChatClient : IChatClient, INestedRouter
{
    private static readonly ChatClientMetadata Metadata = new("llm-routing");

    private readonly RouteExecutor _executor;
    private readonly TimeProvider _timeProvider;
    private readonly RequestIds _ids = new();

    internal RoutingChatClient(Router router, RouteExecutor executor, TimeProvider timeProvider)
    {
        Router = router;
        _executor = executor;
        _timeProvider = timeProvider;
    }

    /// <summary>Gets the router, for dry runs and for its models.</summary>
    public Router Router { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are no messages, or one of them is null.</exception>
    /// <exception cref="NoCandidateException">No model may serve the request.</exception>
    /// <exception cref="RouteFailedException">Every attempt failed.</exception>
    /// <exception cref="RoutingException">The request names an unknown model or policy.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        RouteWalk walk = await StartAsync(MessageSnapshot.Take(messages, options), options, isStreaming: false, cancellationToken).ConfigureAwait(false);
        return await _executor.GetResponseAsync(walk, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are no messages, or one of them is null.</exception>
    /// <exception cref="NoCandidateException">While enumerating: no model may serve the request.</exception>
    /// <exception cref="RouteFailedException">While enumerating: every attempt failed, or the stream broke after a part was delivered.</exception>
    /// <exception cref="RoutingException">While enumerating: the request names an unknown model or policy.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: the caller cancelled.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        StreamAsync(MessageSnapshot.Take(messages, options), options, cancellationToken);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? Metadata
            : serviceType == typeof(Router) ? Router
            : serviceType == typeof(ModelRegistry) ? Router.Registry
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Router.Registry.Close();

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        ChatMessage[] messages,
        ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RouteWalk walk = await StartAsync(messages, options, isStreaming: true, cancellationToken).ConfigureAwait(false);
        RoutedStream stream = await _executor.OpenStreamAsync(walk, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposal = stream.ConfigureAwait(false);
        foreach (ChatResponseUpdate held in stream.Held)
        {
            yield return held;
        }

        Exception? error;
        while (true)
        {
            try
            {
                if (!await stream.Guard.MoveNextAsync().ConfigureAwait(false))
                {
                    error = stream.Finish();
                    break;
                }
            }
            catch (Exception exception)
            {
                error = stream.Break(FailureKind.Unknown, exception);
                break;
            }

            ChatResponseUpdate update = stream.Guard.Current;
            if (stream.Observe(update) is { } failure)
            {
                error = stream.Break(failure, exception: null);
                break;
            }

            yield return update;
        }

        if (error is not null)
        {
            throw error;
        }

        yield return stream.LastUpdate();
    }

    private async ValueTask<RouteWalk> StartAsync(ChatMessage[] messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long started = _timeProvider.GetTimestamp();
        RoutingPlan plan = Router.Plan;
        ModelSnapshot models = Router.Registry.Current;
        RoutingRequest request = Router.CreateRequest(messages, options, plan, isStreaming);
        RoutingDecision decision = await Router.DecideAsync(request, models, plan, started, cancellationToken).ConfigureAwait(false);
        return new RouteWalk(_ids.Next(), request, decision, Router.Registry, models, plan.Execution, _executor.Services, started);
    }
}
