using LlmRouting.Classifiers;
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
public sealed partial class OnnxClassifier : IReportingClassifier, IDisposable
{
    private static readonly HealthSettings Health = new() { RampUp = TimeSpan.Zero };

    private readonly ServingModel _serving;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RoutingMetrics _metrics;
    private readonly EndpointHealth _health = new();
    private long _truncations;

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
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<OnnxClassifier>.Instance;
        _metrics = metrics;
        _serving = new ServingModel(settings, wanted => OnnxTextClassifier.Load(wanted, tokenizer, _timeProvider), _timeProvider, _logger);
    }

    /// <inheritdoc/>
    public string Name => "onnx";

    /// <summary>Gets how the classifier is doing.</summary>
    public OnnxClassifierStatus Status
    {
        get
        {
            (OnnxTextClassifier? model, OnnxClassifierSettings settings, string? error) = _serving.Look();
            return new(
                model is not null,
                model?.ModelPath ?? settings.ModelPath,
                model?.Device,
                model?.FallbackReason,
                error,
                Interlocked.Read(ref _truncations),
                _health.Snapshot.State);
        }
    }

    /// <inheritdoc/>
    string IReportingClassifier.Report => _serving.Report;

    internal OnnxClassifierSettings Settings => _serving.Look().Settings;

    /// <summary>Loads the model and runs it once, so that the first request finds it ready.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <returns>A task that ends when the model is ready, and fails when it cannot be loaded; requests try again after 30 seconds.</returns>
    /// <exception cref="OnnxRuntimeException">The library, the model or the device cannot be used.</exception>
    /// <exception cref="TokenizerException">The tokenizer is missing or of an unknown kind.</exception>
    public Task WarmUpAsync(CancellationToken cancellationToken = default) => _serving.LoadAsync().WaitAsync(cancellationToken);

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

        return _serving.ReloadAsync(settings).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (string.IsNullOrWhiteSpace(request.LastUserText))
        {
            return new(Abstain(request, "the request has no text"));
        }

        if (_serving.Acquire() is not { } model)
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
    public void Dispose() => _serving.Dispose();

    private static void ThrowIfWrong(OnnxClassifierSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.FindErrors().FirstOrDefault() is { } error)
        {
            throw new ArgumentException(error, nameof(settings));
        }
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

    private static partial class Log
    {
        [LoggerMessage(EventIds.OnnxFailed, LogLevel.Warning, "The model failed on one request, which is classified without it: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
