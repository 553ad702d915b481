using LlmRouting.Diagnostics;
using LlmRouting.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Pipeline;

/// <summary>Calls endpoints in the background: those whose break is over, and those that nobody has used for long.</summary>
/// <remarks>
/// Thread-safe. While probes are off there is no timer. One probe at a time; the next look comes an interval after the last one has ended.
/// Routers behind this one probe for themselves.
/// </remarks>
internal sealed partial class EndpointProber(Router router, FailureInterpreter failures, RoutingMetrics metrics, RouteServices services, ILogger logger) : IDisposable
{
    private static readonly ChatMessage[] Messages = [new(ChatRole.User, "Answer OK.")];

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _timer;
    private bool _isLooking;
    private bool _isDisposed;
    private long _hourSince;
    private int _madeThisHour;

    /// <summary>Starts or stops, as the settings of now have it.</summary>
    public void Apply()
    {
        ProbeSettings settings = router.Plan.Execution.Probes;
        lock (_lock)
        {
            if (_isDisposed || !settings.Enabled)
            {
                _timer?.Dispose();
                _timer = null;
            }
            else if (_timer is null)
            {
                _timer = services.TimeProvider.CreateTimer(static state => _ = ((EndpointProber)state!).LookAsync(), this, settings.Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Stops, and cancels a probe that is under way.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _timer?.Dispose();
            _timer = null;
        }

        // Not disposed: a probe that ends later still looks at it, and it holds nothing.
        _stop.Cancel();
    }

    private async Task LookAsync()
    {
        ExecutionSettings settings = router.Plan.Execution;
        lock (_lock)
        {
            if (_isLooking)
            {
                return;
            }

            _isLooking = true;
        }

        try
        {
            foreach (RoutableModel model in router.Registry.Current.Models)
            {
                foreach (ModelEndpoint endpoint in model.Endpoints)
                {
                    if (!_stop.IsCancellationRequested && IsDue(endpoint, settings) && TryTake(settings.Probes))
                    {
                        await ProbeAsync(model, endpoint, settings).ConfigureAwait(false);
                    }
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _isLooking = false;
                _timer?.Change(settings.Probes.Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private bool IsDue(ModelEndpoint endpoint, ExecutionSettings settings)
    {
        if (endpoint.IsRouter)
        {
            return false;
        }

        long now = Monotonic.Now(services.TimeProvider);
        return endpoint.Health.State switch
        {
            CircuitState.Open or CircuitState.HalfOpen => endpoint.IsReady(settings.Health, now),
            CircuitState.Closed => settings.Probes.IdleAfter > TimeSpan.Zero && endpoint.IsIdleSince(now - settings.Probes.IdleAfter.Ticks),
            _ => false,
        };
    }

    private bool TryTake(ProbeSettings settings)
    {
        long now = Monotonic.Now(services.TimeProvider);
        if (_madeThisHour == 0 || now - _hourSince >= TimeSpan.TicksPerHour)
        {
            _hourSince = now;
            _madeThisHour = 0;
        }

        if (_madeThisHour >= settings.MaxPerHour)
        {
            return false;
        }

        _madeThisHour++;
        return true;
    }

    private async ValueTask ProbeAsync(RoutableModel model, ModelEndpoint endpoint, ExecutionSettings settings)
    {
        ChatOptions options = new() { ModelId = endpoint.ModelId, MaxOutputTokens = 1 };
        RequestFeatures features = router.Plan.Features.Extract(Messages, options);
        if (endpoint.TryAdmit(settings.Health, services.TimeProvider, features.EstimatedInputTokens + 1, isLastResort: false, out EndpointGrant grant) != EndpointRefusal.None)
        {
            _madeThisHour--; // what was not made leaves its place to another endpoint
            return;
        }

        services.Health.Report(model, endpoint, grant.Change);
        endpoint.NoteProbe(Monotonic.Now(services.TimeProvider));
        AttemptRecorder recorder = new(new RouteTarget(model, endpoint, grant.Lease), features, services.TimeProvider);
        RoutingAttempt attempt;
        Task<ChatResponse>? call = null;
        try
        {
            using CancellationTokenSource source = new();
            using CancellationTokenRegistration registration = _stop.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
            call = endpoint.Client.GetResponseAsync(Messages, options, source.Token);
            ChatResponse response = await SeamCall.WaitAsync(new ValueTask<ChatResponse>(call), source, settings.Probes.Timeout, services.TimeProvider).ConfigureAwait(false);
            recorder.Usage = response.Usage;
            attempt = recorder.Write(AttemptResult.Succeeded);
            Log.Probed(logger, model.Id, endpoint.Name, attempt.Elapsed, attempt.CostUsd);
        }
        catch (Exception exception)
        {
            FailureKind kind = failures.Interpret(exception, out TimeSpan? retryAfter);
            attempt = _stop.IsCancellationRequested
                ? recorder.Write(AttemptResult.Cancelled, FailureKind.CallerCancelled, "the router was closed")
                : recorder.Write(AttemptResult.Failed, kind, "a probe", retryAfter, wasNeverSent: FailureInterpreter.WasNeverSent(exception));
            if (attempt.Result == AttemptResult.Failed)
            {
                Log.ProbeFailed(logger, model.Id, endpoint.Name, kind, exception.GetType().Name);
            }
        }

        endpoint.ExitAfter(call);
        services.Health.Report(model, endpoint, endpoint.Settle(grant.Lease, attempt, isPinned: false, settings.Health, services.TimeProvider));
        metrics.RecordProbe(attempt);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.WarmUpFailed, LogLevel.Warning, "A probe of model '{Model}' failed at endpoint '{Endpoint}': {Kind} ({What})")]
        public static partial void ProbeFailed(ILogger logger, string model, string endpoint, FailureKind kind, string what);

        [LoggerMessage(EventIds.WarmedUp, LogLevel.Debug, "A probe of model '{Model}' at endpoint '{Endpoint}' took {Time} and ${CostUsd}")]
        public static partial void Probed(ILogger logger, string model, string endpoint, TimeSpan time, decimal costUsd);
    }
}
