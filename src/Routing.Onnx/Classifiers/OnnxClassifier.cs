using LlmRouting.Diagnostics;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Tokenization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Onnx.Classifiers;

/// <summary>Classifies requests by their last user message, with a fine-tuned encoder in process.</summary>
/// <remarks>
/// <para>Thread-safe. The model is loaded at <see cref="WarmUpAsync"/> or at the first request, which does not wait for it.</para>
/// <para>Never takes a request down: while there is no model, when it fails, is too slow, or too many requests wait, it abstains with a
/// confidence of 0, and the record says why. After several failures in a row it is left alone for a while.</para>
/// </remarks>
public sealed partial class OnnxClassifier : IRequestClassifier, IDisposable
{
    private static readonly HealthSettings Health = new() { RampUp = TimeSpan.Zero };
    private static readonly TimeSpan LoadAgainAfter = TimeSpan.FromSeconds(30);

    private readonly Func<OnnxClassifierSettings, OnnxTextClassifier> _load;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RoutingMetrics _metrics;
    private readonly EndpointHealth _health = new();
    private readonly Lock _lock = new();
    private volatile SharedModel<OnnxTextClassifier>? _model;
    private OnnxClassifierSettings _settings;
    private Task? _loading;
    private long? _failedAt;
    private string? _error;
    private long _truncations;
    private bool _isDisposed;

    /// <summary>Creates a classifier; loads nothing yet.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="tokenizer">The tokenizer; null reads the one that lies with the model; default null.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <param name="logger">Where loading and failures are reported; null means nowhere.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public OnnxClassifier(
        OnnxClassifierSettings settings,
        ITextTokenizer? tokenizer = null,
        TimeProvider? timeProvider = null,
        ILogger<OnnxClassifier>? logger = null)
        : this(settings, tokenizer, timeProvider, logger, RoutingMetrics.Shared)
    {
    }

    internal OnnxClassifier(
        OnnxClassifierSettings settings,
        ITextTokenizer? tokenizer,
        TimeProvider? timeProvider,
        ILogger<OnnxClassifier>? logger,
        RoutingMetrics metrics)
    {
        ThrowIfWrong(settings);
        _settings = settings;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<OnnxClassifier>.Instance;
        _metrics = metrics;
        _load = wanted => OnnxTextClassifier.Load(wanted, tokenizer, _timeProvider);
    }

    /// <inheritdoc/>
    public string Name => "onnx";

    /// <summary>Gets how the classifier is doing.</summary>
    public OnnxClassifierStatus Status
    {
        get
        {
            lock (_lock)
            {
                OnnxTextClassifier? model = _model?.Value;
                return new(
                    model is not null,
                    model?.ModelPath ?? _settings.ModelPath,
                    model?.Device,
                    model?.FallbackReason,
                    _error,
                    Interlocked.Read(ref _truncations),
                    _health.Snapshot.State);
            }
        }
    }

    internal OnnxClassifierSettings Settings
    {
        get
        {
            lock (_lock)
            {
                return _settings;
            }
        }
    }

    /// <summary>Loads the model and runs it once, so that the first request finds it ready.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <returns>A task that ends when the model is ready, and fails when it cannot be loaded; requests try again after 30 seconds.</returns>
    /// <exception cref="OnnxRuntimeException">The library, the model or the device cannot be used.</exception>
    /// <exception cref="TokenizerException">The tokenizer is missing or of an unknown kind.</exception>
    public Task WarmUpAsync(CancellationToken cancellationToken = default) => Loading(isAsked: true).WaitAsync(cancellationToken);

    /// <summary>Loads the model again, such as one that was replaced; until the new one is ready the old one serves.</summary>
    /// <param name="settings">New settings; null keeps those that are in force.</param>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <returns>A task that ends when the new model serves. Requests that are under way end on the old one. When loading fails, the task does, and
    /// the old model and settings stay.</returns>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="OnnxRuntimeException">The library, the model or the device cannot be used.</exception>
    /// <exception cref="TokenizerException">The tokenizer is missing or of an unknown kind.</exception>
    public Task ReloadAsync(OnnxClassifierSettings? settings = null, CancellationToken cancellationToken = default)
    {
        if (settings is not null)
        {
            ThrowIfWrong(settings);
        }

        Task loading;
        lock (_lock)
        {
            loading = Start_NeedsLock(settings);
        }

        return loading.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (string.IsNullOrWhiteSpace(request.LastUserText))
        {
            return new(Abstain(request, "the request has no text"));
        }

        if (Acquire() is not { } model)
        {
            return new(Abstain(request, "no model is loaded"));
        }

        if (!_health.TryAcquire(Health, _timeProvider, out HealthLease lease, out _))
        {
            model.Release();
            return new(Abstain(request, "it failed several times and is left alone"));
        }

        return AskAsync(model, lease, request, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _model?.Release();
            _model = null;
        }
    }

    private static void ThrowIfWrong(OnnxClassifierSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.FindErrors().FirstOrDefault() is { } error)
        {
            throw new ArgumentException(error, nameof(settings));
        }
    }

    private SharedModel<OnnxTextClassifier>? Acquire()
    {
        while (_model is { } model)
        {
            if (model.TryAcquire())
            {
                return model; // otherwise another one took its place just now
            }
        }

        _ = Loading(isAsked: false);
        return null;
    }

    private async ValueTask<Classification> AskAsync(
        SharedModel<OnnxTextClassifier> model, HealthLease lease, RoutingRequest request, CancellationToken cancellationToken)
    {
        HealthVerdict verdict = HealthVerdict.Neutral;
        FailureKind? failure = null;
        try
        {
            OnnxTextClassification? answer = await model.Value.ClassifyAsync(request.LastUserText, default, cancellationToken).ConfigureAwait(false);
            if (answer is not { } known)
            {
                return Abstain(request, "too many requests wait");
            }

            verdict = HealthVerdict.Success;
            if (known.IsTruncated)
            {
                Interlocked.Increment(ref _truncations);
                _metrics.RecordTruncation(Name);
            }

            return new() { Complexity = known.Complexity, Confidence = known.Confidence, Label = known.Label, Source = Name };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            verdict = HealthVerdict.Failure;
            failure = exception is TimeoutException ? FailureKind.Timeout : FailureKind.Unknown;

            // Messages of these name files and numbers; of others, such as a host's tokenizer, nobody knows what they quote.
            string reason = exception is OnnxRuntimeException or TimeoutException ? exception.Message : exception.GetType().Name;
            Log.Failed(_logger, reason);
            return Abstain(request, exception is TimeoutException ? "it ran past its deadline" : "the model failed");
        }
        finally
        {
            _health.Complete(lease, verdict, failure, retryAfter: null, Health, _timeProvider);
            model.Release();
        }
    }

    private Classification Abstain(RoutingRequest request, string reason)
    {
        request.Trace.Add(new(DecisionStepKind.Abstained, Name, null, reason));
        return Classification.Unknown with { Source = Name };
    }

    private Task Loading(bool isAsked)
    {
        lock (_lock)
        {
            if (_model is not null || _isDisposed)
            {
                return Task.CompletedTask;
            }

            if (_loading is { IsCompleted: false })
            {
                return _loading;
            }

            // A request does not try again at once what has just failed.
            return !isAsked && _failedAt is { } failedAt && _timeProvider.GetElapsedTime(failedAt) < LoadAgainAfter
                ? Task.CompletedTask
                : Start_NeedsLock(null);
        }
    }

    private Task Start_NeedsLock(OnnxClassifierSettings? settings)
    {
        // One after the other, so that the last one asked for is the one that serves.
        Task loading = _loading = LoadAsync(settings, _loading);

        // Logged where it happens; whoever waits for it sees it, and often nobody does.
        _ = loading.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return loading;
    }

    private async Task LoadAsync(OnnxClassifierSettings? settings, Task? before)
    {
        // Off the caller's stack, and out of the lock: reading a model takes its time.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (before is not null)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        settings ??= Settings;
        OnnxTextClassifier loaded;
        try
        {
            loaded = _load(settings);
        }
        catch (Exception exception)
        {
            lock (_lock)
            {
                _error = exception.Message;
                _failedAt = _timeProvider.GetTimestamp();
            }

            Log.LoadFailed(_logger, exception.Message);
            throw;
        }

        Swap(loaded, settings);
        Log.Loaded(_logger, loaded.ModelPath, loaded.Device, loaded.FallbackReason ?? "nothing was passed over");
        if (loaded.FallbackReason is { } reason && settings.Session.Device is not (OnnxDevice.Auto or OnnxDevice.Cpu))
        {
            Log.FellBack(_logger, settings.Session.Device, loaded.Device, reason);
        }
    }

    private void Swap(OnnxTextClassifier loaded, OnnxClassifierSettings settings)
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                loaded.Dispose();
                return;
            }

            SharedModel<OnnxTextClassifier>? old = _model;
            _model = new SharedModel<OnnxTextClassifier>(loaded);
            _settings = settings;
            _error = null;
            _failedAt = null;
            old?.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.OnnxLoaded, LogLevel.Information, "The model '{Model}' runs on {Device}; {Passed}")]
        public static partial void Loaded(ILogger logger, string model, OnnxDevice device, string passed);

        [LoggerMessage(EventIds.OnnxFellBack, LogLevel.Warning, "{Wanted} cannot be used, and the model runs on {Device} instead: {Reason}")]
        public static partial void FellBack(ILogger logger, OnnxDevice wanted, OnnxDevice device, string reason);

        [LoggerMessage(EventIds.OnnxLoadFailed, LogLevel.Error, "The model could not be loaded; requests are classified without it: {Reason}")]
        public static partial void LoadFailed(ILogger logger, string reason);

        [LoggerMessage(EventIds.OnnxFailed, LogLevel.Warning, "The model failed on one request, which is classified without it: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
