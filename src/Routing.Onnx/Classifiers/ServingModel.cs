using LlmRouting.Onnx.Inference;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Onnx.Classifiers;

/// <summary>Loads a model off the path of requests, and replaces it while it serves.</summary>
/// <remarks>Thread-safe. Models are loaded one after the other, so that the one that was asked for last is the one that serves in the end.</remarks>
internal sealed partial class ServingModel(
    OnnxClassifierSettings settings,
    Func<OnnxClassifierSettings, OnnxTextClassifier> load,
    TimeProvider timeProvider,
    ILogger logger) : IDisposable
{
    private static readonly TimeSpan LoadAgainAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private volatile SharedModel<OnnxTextClassifier>? _model;
    private volatile string _report = "";
    private OnnxClassifierSettings _settings = settings;
    private Task? _loading;
    private long? _failedAt;
    private string? _error;
    private bool _isDisposed;

    /// <summary>Gets what records say of the model; empty while there is none.</summary>
    public string Report => _report;

    /// <summary>Looks at what serves; the model is for asking what it is, not for running it.</summary>
    /// <returns>The model, if there is one; the settings in force; why the last loading failed, if it did.</returns>
    public (OnnxTextClassifier? Model, OnnxClassifierSettings Settings, string? Error) Look()
    {
        lock (_lock)
        {
            return (_model?.Value, _settings, _error);
        }
    }

    /// <summary>Gets the model for one request, which must release it; null, and a beginning of its loading, while there is none.</summary>
    public SharedModel<OnnxTextClassifier>? Acquire()
    {
        while (_model is { } model)
        {
            if (model.TryAcquire())
            {
                return model; // otherwise another one took its place just now
            }
        }

        _ = Load(isAsked: false);
        return null;
    }

    /// <summary>Loads the model, unless it is there.</summary>
    public Task LoadAsync() => Load(isAsked: true);

    /// <summary>Loads a model that then takes the present one's place; null keeps the settings in force.</summary>
    public Task ReloadAsync(OnnxClassifierSettings? wanted)
    {
        lock (_lock)
        {
            return Start_NeedsLock(wanted);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                _model?.Release();
                _model = null;
            }
        }
    }

    private Task Load(bool isAsked)
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
            return !isAsked && _failedAt is { } failedAt && timeProvider.GetElapsedTime(failedAt) < LoadAgainAfter
                ? Task.CompletedTask
                : Start_NeedsLock(null);
        }
    }

    private Task Start_NeedsLock(OnnxClassifierSettings? wanted)
    {
        Task loading = _loading = RunAsync(wanted, _loading);

        // Logged where it happens; whoever waits for it sees it, and often nobody does.
        _ = loading.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return loading;
    }

    private async Task RunAsync(OnnxClassifierSettings? wanted, Task? before)
    {
        // Off the caller's stack, and out of the lock: reading a model takes its time.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (before is not null)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        wanted ??= Look().Settings;
        OnnxTextClassifier loaded;
        try
        {
            loaded = load(wanted);
        }
        catch (Exception exception)
        {
            lock (_lock)
            {
                _error = exception.Message;
                _failedAt = timeProvider.GetTimestamp();
            }

            Log.LoadFailed(logger, exception.Message);
            throw;
        }

        Swap(loaded, wanted);
        Log.Loaded(logger, loaded.ModelPath, loaded.Device, loaded.FallbackReason ?? "nothing was passed over");
        if (loaded.FallbackReason is { } reason && wanted.Session.Device is not (OnnxDevice.Auto or OnnxDevice.Cpu))
        {
            Log.FellBack(logger, wanted.Session.Device, loaded.Device, reason);
        }
    }

    private void Swap(OnnxTextClassifier loaded, OnnxClassifierSettings wanted)
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                loaded.Dispose();
                return;
            }

            SharedModel<OnnxTextClassifier>? old = _model;
            _report = $"on {loaded.Device}";
            _model = new SharedModel<OnnxTextClassifier>(loaded);
            _settings = wanted;
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
    }
}
