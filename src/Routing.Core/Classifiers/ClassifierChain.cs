using System.Collections.Immutable;
using LlmRouting.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Classifiers;

/// <summary>Asks classifiers in order until one is confident; a costly one placed last is asked for the hard cases only.</summary>
/// <remarks>Thread-safe. A classifier that throws or runs past its deadline is passed over; when none is confident, the most confident answer counts.</remarks>
public sealed partial class ClassifierChain : IRequestClassifier
{
    private readonly ImmutableArray<IRequestClassifier> _classifiers;
    private readonly double _minConfidence;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RoutingMetrics _metrics;

    /// <summary>Creates a chain.</summary>
    /// <param name="classifiers">The classifiers, cheapest first.</param>
    /// <param name="minConfidence">From which confidence on no further classifier is asked; 0 to 1; default 0.7.</param>
    /// <param name="timeout">How long each classifier may take; null means 2 seconds.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <param name="logger">Where failures are reported; null means nowhere.</param>
    public ClassifierChain(
        ImmutableArray<IRequestClassifier> classifiers,
        double minConfidence = 0.7,
        TimeSpan? timeout = null,
        TimeProvider? timeProvider = null,
        ILogger<ClassifierChain>? logger = null)
        : this(classifiers, minConfidence, timeout, timeProvider, logger, RoutingMetrics.Shared)
    {
    }

    internal ClassifierChain(
        ImmutableArray<IRequestClassifier> classifiers,
        double minConfidence,
        TimeSpan? timeout,
        TimeProvider? timeProvider,
        ILogger<ClassifierChain>? logger,
        RoutingMetrics metrics)
    {
        _metrics = metrics;
        _classifiers = classifiers;
        _minConfidence = minConfidence;
        _timeout = timeout ?? TimeSpan.FromSeconds(2);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<ClassifierChain>.Instance;
    }

    /// <inheritdoc/>
    public string Name => "chain";

    /// <inheritdoc/>
    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        // The commonest chain starts with the heuristic, which answers at once and is mostly sure: that needs no state machine.
        if (_classifiers is [HeuristicClassifier heuristic, ..])
        {
            long started = _metrics.MeasuresClassifiers ? _timeProvider.GetTimestamp() : 0;
            Classification answer = heuristic.Classify(request);
            Measure(heuristic, started);
            Note(request, heuristic, answer, "");
            return answer.Confidence >= _minConfidence || _classifiers.Length == 1 ? new(answer) : AskOthersAsync(request, answer, 1, cancellationToken);
        }

        return AskOthersAsync(request, best: null, 0, cancellationToken);
    }

    private static void Note(RoutingRequest request, IRequestClassifier classifier, Classification answer, string report)
    {
        request.Trace.NoteAnswer(classifier.Name, answer, failure: null);
        request.Trace.Add(new(DecisionStepKind.Classified, classifier.Name, answer.Label ?? answer.Category, report, answer.Confidence, answer.Complexity));
    }

    private void Measure(IRequestClassifier classifier, long started)
    {
        if (_metrics.MeasuresClassifiers && started != 0)
        {
            _metrics.RecordClassifier(classifier.Name, _timeProvider.GetElapsedTime(started));
        }
    }

    private async ValueTask<Classification> AskOthersAsync(RoutingRequest request, Classification? best, int from, CancellationToken cancellationToken)
    {
        for (int i = from; i < _classifiers.Length; i++)
        {
            Classification? answer = await AskAsync(_classifiers[i], request, cancellationToken).ConfigureAwait(false);
            if (answer is null)
            {
                continue;
            }

            Note(request, _classifiers[i], answer, _classifiers[i] is IReportingClassifier reporting ? reporting.Report : "");
            if (best is null || answer.Confidence > best.Confidence)
            {
                best = answer;
            }

            if (best.Confidence >= _minConfidence)
            {
                break;
            }
        }

        return best ?? Classification.Unknown;
    }

    private async ValueTask<Classification?> AskAsync(IRequestClassifier classifier, RoutingRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long started = _metrics.MeasuresClassifiers ? _timeProvider.GetTimestamp() : 0;
        try
        {
            ValueTask<Classification> pending = classifier.ClassifyAsync(request, source.Token);
            return pending.IsCompletedSuccessfully
                ? pending.Result
                : await SeamCall.WaitAsync(pending, source, _timeout, _timeProvider).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            string reason = exception is TimeoutException ? "ran past its deadline" : "threw an exception";
            request.Trace.NoteAnswer(classifier.Name, answer: null, reason);
            request.Trace.Add(new(DecisionStepKind.Abstained, classifier.Name, null, reason));
            Log.ClassifierFailed(_logger, classifier.Name, reason, exception.GetType().Name);
            return null;
        }
        finally
        {
            Measure(classifier, started);
        }
    }

    private static partial class Log
    {
        // The exception's type is enough to find the cause; its message might quote the request.
        [LoggerMessage(EventIds.ClassifierFailed, LogLevel.Warning, "Classifier '{Classifier}' {Reason} ({Exception}); the next one is asked")]
        public static partial void ClassifierFailed(ILogger logger, string classifier, string reason, string exception);
    }
}
