using System.Diagnostics;
using System.Runtime.CompilerServices;
using LlmRouting.Admission;
using LlmRouting.Budgets;
using LlmRouting.Diagnostics;
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
    private readonly RoutingMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly RequestIds _ids = new();

    internal RoutingChatClient(Router router, RouteExecutor executor, RoutingMetrics metrics, TimeProvider timeProvider)
    {
        _metrics = metrics;
        Router = router;
        _executor = executor;
        _timeProvider = timeProvider;
    }

    /// <summary>Gets the router, for dry runs and for its models.</summary>
    public Router Router { get; }

    /// <summary>Gets who calls endpoints in the background.</summary>
    internal EndpointProber? Prober { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are no messages, or one of them is null.</exception>
    /// <exception cref="NoCandidateException">No model may serve the request.</exception>
    /// <exception cref="OverloadedException">Too many requests run and wait already; only with admission configured.</exception>
    /// <exception cref="RouteFailedException">Every attempt failed.</exception>
    /// <exception cref="BudgetExceededException">A budget has no room for the request.</exception>
    /// <exception cref="RoutingException">The request names an unknown model or policy.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ChatMessage[] snapshot = MessageSnapshot.Take(messages, options);
        using Activity? activity = RoutingActivity.StartRoute(isStreaming: false);
        AdmissionLimiter? admission = Router.Plan.Admission;
        TimeSpan queued = admission is null ? TimeSpan.Zero : await EnterAsync(admission, options, activity, cancellationToken).ConfigureAwait(false);
        try
        {
            RouteWalk walk = await StartAsync(snapshot, options, isStreaming: false, queued, cancellationToken).ConfigureAwait(false);
            ChatResponse response = await _executor.GetResponseAsync(walk, cancellationToken).ConfigureAwait(false);
            RoutingActivity.SetOutcome(activity, response.GetRoutingOutcome());
            return response;
        }
        catch (Exception exception) when (RoutingActivity.SetError(activity, exception))
        {
            throw;
        }
        finally
        {
            admission?.Release();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are no messages, or one of them is null.</exception>
    /// <exception cref="NoCandidateException">While enumerating: no model may serve the request.</exception>
    /// <exception cref="OverloadedException">While enumerating: too many requests run and wait already; only with admission configured.</exception>
    /// <exception cref="RouteFailedException">While enumerating: every attempt failed, or the stream broke after a part was delivered.</exception>
    /// <exception cref="RoutingException">While enumerating: the request names an unknown model or policy.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: the caller cancelled.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ChatMessage[] snapshot = MessageSnapshot.Take(messages, options);
        return Router.Plan.Admission is { } admission
            ? AdmitAsync(admission, snapshot, options, cancellationToken)
            : StreamAsync(snapshot, options, queued: TimeSpan.Zero, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? Metadata
            : serviceType == typeof(Router) ? Router
            : serviceType == typeof(ModelRegistry) ? Router.Registry
            : serviceType == typeof(BudgetLedger) ? Router.Plan.Budgets
            : serviceType == typeof(AdmissionLimiter) ? Router.Plan.Admission
            : serviceType.IsInstanceOfType(this) ? this
            : _executor.Publisher.FindObserver(serviceType);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Prober?.Dispose();
        Router.Registry.Close();
    }

    // A layer of its own, so that streams without admission do not pay for it; it is left, and the place with it, however the reader ends.
    private async IAsyncEnumerable<ChatResponseUpdate> AdmitAsync(
        AdmissionLimiter admission,
        ChatMessage[] messages,
        ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TimeSpan queued = await EnterAsync(admission, options, activity: null, cancellationToken).ConfigureAwait(false);
        try
        {
            await foreach (ChatResponseUpdate update in StreamAsync(messages, options, queued, cancellationToken).ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            admission.Release();
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        ChatMessage[] messages,
        ChatOptions? options,
        TimeSpan queued,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Activity? activity = RoutingActivity.StartRoute(isStreaming: true);
        RoutedStream stream = await OpenAsync(messages, options, queued, activity, cancellationToken).ConfigureAwait(false);
        try
        {
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
                RoutingActivity.SetError(activity, error);
                throw error;
            }

            yield return stream.LastUpdate();
        }
        finally
        {
            // A caller who stops reading gets here too; by now the stream is closed and its outcome known.
            RoutingActivity.SetOutcome(activity, stream.Outcome);
        }
    }

    // An iterator may not catch around a yield, so what can fail before the first update is here.
    private async ValueTask<RoutedStream> OpenAsync(
        ChatMessage[] messages,
        ChatOptions? options,
        TimeSpan queued,
        Activity? activity,
        CancellationToken cancellationToken)
    {
        try
        {
            RouteWalk walk = await StartAsync(messages, options, isStreaming: true, queued, cancellationToken).ConfigureAwait(false);
            return await _executor.OpenStreamAsync(walk, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (RoutingActivity.SetError(activity, exception))
        {
            throw;
        }
    }

    private async ValueTask<TimeSpan> EnterAsync(AdmissionLimiter admission, ChatOptions? options, Activity? activity, CancellationToken cancellationToken)
    {
        try
        {
            return await admission.EnterAsync(RoutingHints.From(options).Priority, cancellationToken).ConfigureAwait(false);
        }
        catch (RoutingException exception)
        {
            RoutingActivity.SetError(activity, exception);
            _metrics.RecordRefusal(exception.GetType().Name);
            throw;
        }
    }

    private async ValueTask<RouteWalk> StartAsync(
        ChatMessage[] messages,
        ChatOptions? options,
        bool isStreaming,
        TimeSpan queued,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long started = _timeProvider.GetTimestamp();
        RoutingPlan plan = Router.Plan;
        ModelSnapshot models = Router.Registry.Current;
        RoutingRequest? request = null;
        try
        {
            request = Router.CreateRequest(messages, options, plan, isStreaming, _executor.Publisher.KeepsDecisions ? new DecisionRecorder(_timeProvider.GetUtcNow()) : null);
            if (queued > TimeSpan.Zero)
            {
                request.Trace.Add(new(DecisionStepKind.Queued, "admission", null, FormattableString.Invariant($"waited {queued.TotalMilliseconds:0} ms for its turn")));
            }

            RoutingDecision decision = await Router.DecideAsync(request, models, plan, started, cancellationToken).ConfigureAwait(false);
            return new RouteWalk(_ids.Next(), request, decision, Router.Registry, models, plan.Execution, _executor.Services, started, plan.Budgets?.Begin(request))
            {
                ReferenceModel = plan.ReferenceModel,
                Issuers = Router.Issuers,
            };
        }
        catch (RoutingException exception)
        {
            _metrics.RecordRefusal(exception.GetType().Name);
            if (request is not null)
            {
                _executor.Publisher.PublishRefusal(request, exception, _timeProvider.GetElapsedTime(started));
            }

            throw;
        }
    }
}
