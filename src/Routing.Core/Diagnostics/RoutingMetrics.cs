using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using LlmRouting.Budgets;

namespace LlmRouting.Diagnostics;

/// <summary>Counts and measures what the router does.</summary>
/// <remarks>
/// Thread-safe. Everything that is known at the end of a request is read off its outcome, so there is one place to keep right. An instrument
/// that nobody listens to costs the look at its flag. Tags come from sets that the host bounds: models, endpoints, strategies, kinds.
/// </remarks>
internal sealed class RoutingMetrics : IEndpointHealthObserver
{
    // Seconds; the buckets that the OpenTelemetry conventions advise for the duration of generative AI operations.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };

    // A decision takes microseconds, a local encoder milliseconds, a judge seconds.
    private static readonly InstrumentAdvice<double> ShortSeconds = new()
    {
        HistogramBucketBoundaries = [0.000_001, 0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    };

    private static readonly InstrumentAdvice<double> Usd = new()
    {
        HistogramBucketBoundaries = [0.000_01, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    };

    // A factory hands out one meter for a name, however often it is asked; the instruments on it must not be made twice either.
    private static readonly ConditionalWeakTable<Meter, RoutingMetrics> Known = [];

    private readonly Meter _meter;
    private readonly ConditionalWeakTable<BudgetLedger, object> _watched = [];
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _decisionDuration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _requestCost;
    private readonly UpDownCounter<double> _saved;
    private readonly Counter<long> _escalations;
    private readonly Counter<long> _failovers;
    private readonly Counter<long> _probes;
    private readonly Counter<long> _hedges;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _attemptDuration;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Histogram<double> _classifierDuration;
    private readonly Counter<long> _classifierTruncations;
    private readonly Counter<long> _breakerTransitions;
    private readonly Counter<long> _decisionLogRecords;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meter">The meter; whoever made it disposes it.</param>
    public RoutingMetrics(Meter meter)
    {
        _meter = meter;
        _requests = meter.CreateCounter<long>(MetricNames.Requests, "{request}", "Requests that ended, by result and by the model that answered.");
        _requestDuration = meter.CreateHistogram(MetricNames.RequestDuration, "s", "Time from the request to the end of its answer.", tags: null, Seconds);
        _decisionDuration = meter.CreateHistogram(MetricNames.DecisionDuration, "s", "Time to decide.", tags: null, ShortSeconds);
        _timeToFirstToken = meter.CreateHistogram(MetricNames.TimeToFirstToken, "s", "Time from the attempt to a stream's first content.", tags: null, Seconds);
        _requestCost = meter.CreateHistogram(MetricNames.RequestCost, "USD", "Cost of a request, all attempts together.", tags: null, Usd);
        _saved = meter.CreateUpDownCounter<double>(MetricNames.Saved, "USD", "What the reference model would have cost for the same tokens, less what the request cost.");
        _escalations = meter.CreateCounter<long>(MetricNames.Escalations, "{request}", "Requests whose answer came from a further model because validators rejected an earlier one's.");
        _failovers = meter.CreateCounter<long>(MetricNames.Failovers, "{request}", "Requests whose answer came from a further attempt because an earlier one failed.");
        _probes = meter.CreateCounter<long>(MetricNames.Probes, "{probe}", "Calls made only to see how an endpoint is, by result.");
        _hedges = meter.CreateCounter<long>(MetricNames.Hedges, "{attempt}", "Attempts made beside a slow one, by result.");
        _attempts = meter.CreateCounter<long>(MetricNames.Attempts, "{attempt}", "Attempts, by result.");
        _attemptDuration = meter.CreateHistogram(MetricNames.AttemptDuration, "s", "Time of an attempt.", tags: null, Seconds);
        _failures = meter.CreateCounter<long>(MetricNames.Failures, "{attempt}", "Attempts that did not give a good answer, by kind.");
        _tokens = meter.CreateCounter<long>(MetricNames.Tokens, "{token}", "Tokens that providers counted.");
        _cost = meter.CreateCounter<double>(MetricNames.Cost, "USD", "Cost of attempts.");
        _classifierDuration = meter.CreateHistogram(MetricNames.ClassifierDuration, "s", "Time of one classifier.", tags: null, ShortSeconds);
        _classifierTruncations = meter.CreateCounter<long>(MetricNames.ClassifierTruncations, "{request}", "Requests of which a classifier read only a part.");
        _breakerTransitions = meter.CreateCounter<long>(MetricNames.BreakerTransitions, "{transition}", "Changes of an endpoint's circuit, by the new state.");
        _decisionLogRecords = meter.CreateCounter<long>(MetricNames.DecisionLogRecords, "{record}", "Records of the decision log, by result.");
    }

    /// <summary>Gets the instruments of routers that were given no meter of their own.</summary>
    public static RoutingMetrics Shared { get; } = new(new Meter(RoutingDiagnostics.MeterName, Version));

    private static string? Version => typeof(RoutingMetrics).Assembly.GetName().Version?.ToString(3);

    /// <summary>Finds the instruments on the meter of a factory.</summary>
    /// <param name="factory">The factory, which disposes its meters; null means <see cref="Shared"/>.</param>
    public static RoutingMetrics For(IMeterFactory? factory) =>
        factory is null ? Shared : Known.GetValue(factory.Create(RoutingDiagnostics.MeterName, Version), static meter => new RoutingMetrics(meter));

    /// <summary>Gets whether somebody listens to how long classifiers take.</summary>
    public bool MeasuresClassifiers => _classifierDuration.Enabled;

    /// <summary>Reports what is left of budgets that have one account; those of many owners would make tags without bound.</summary>
    /// <remarks>A ledger that nobody uses any more is forgotten.</remarks>
    public void Watch(BudgetLedger ledger)
    {
        if (!_watched.TryAdd(ledger, this))
        {
            return;
        }

        WeakReference<BudgetLedger> weak = new(ledger);
        _meter.CreateObservableGauge(MetricNames.BudgetLeft, () => Read(weak, static status => (double)status.LeftUsd), "USD", "What may still be spent in the window of now.");
        _meter.CreateObservableGauge(MetricNames.BudgetUsed, () => Read(weak, static status => status.UsedRatio), "1", "Share of the limit that is spent or set aside.");
    }

    /// <summary>Counts a request that ended.</summary>
    public void RecordRequest(RoutingOutcome outcome)
    {
        string model = outcome.ModelId ?? "";
        string result = ResultOf(outcome);
        if (_requests.Enabled)
        {
            _requests.Add(1, new(MetricNames.Result, result), new(MetricNames.Model, model), new(MetricNames.DecidedBy, outcome.Decision.DecidedBy));
        }

        if (_requestDuration.Enabled)
        {
            _requestDuration.Record(outcome.Elapsed.TotalSeconds, new(MetricNames.Result, result), new(MetricNames.Model, model));
        }

        if (_decisionDuration.Enabled)
        {
            _decisionDuration.Record(outcome.Decision.Elapsed.TotalSeconds, new KeyValuePair<string, object?>(MetricNames.DecidedBy, outcome.Decision.DecidedBy));
        }

        if (_requestCost.Enabled && outcome.Certainty != CostCertainty.Unknown)
        {
            _requestCost.Record((double)outcome.CostUsd, new KeyValuePair<string, object?>(MetricNames.Model, model));
        }

        if (_saved.Enabled && outcome.SavedUsd is { } saved)
        {
            _saved.Add((double)saved, new KeyValuePair<string, object?>(MetricNames.Model, model));
        }

        RecordAttempts(outcome);
    }

    /// <summary>Counts a probe, and what it cost.</summary>
    public void RecordProbe(RoutingAttempt attempt)
    {
        if (_probes.Enabled)
        {
            _probes.Add(1, new(MetricNames.Model, attempt.ModelId), new(MetricNames.Endpoint, attempt.Endpoint), new(MetricNames.Result, EnumNames.Of(attempt.Result)));
        }

        RecordCost(attempt);
    }

    /// <summary>Counts a request that no model was asked for.</summary>
    /// <param name="reason">The type of the exception, from the few that a decision can end with.</param>
    public void RecordRefusal(string reason)
    {
        if (_requests.Enabled)
        {
            _requests.Add(1, new(MetricNames.Result, "refused"), new(MetricNames.Reason, reason));
        }
    }

    /// <summary>Measures a classifier.</summary>
    /// <param name="classifier">Its name.</param>
    /// <param name="elapsed">How long it took.</param>
    public void RecordClassifier(string classifier, TimeSpan elapsed)
    {
        if (_classifierDuration.Enabled)
        {
            _classifierDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>(MetricNames.Classifier, classifier));
        }
    }

    /// <summary>Counts a request of which a classifier read only a part.</summary>
    /// <param name="classifier">Its name.</param>
    public void RecordTruncation(string classifier)
    {
        if (_classifierTruncations.Enabled)
        {
            _classifierTruncations.Add(1, new KeyValuePair<string, object?>(MetricNames.Classifier, classifier));
        }
    }

    /// <summary>Counts records of the decision log.</summary>
    /// <param name="result">What became of them: written, dropped, lost.</param>
    /// <param name="count">How many.</param>
    public void RecordDecisionLog(string result, int count)
    {
        if (_decisionLogRecords.Enabled)
        {
            _decisionLogRecords.Add(count, new KeyValuePair<string, object?>(MetricNames.Result, result));
        }
    }

    /// <inheritdoc/>
    public void OnChanged(RoutableModel model, ModelEndpoint endpoint, in HealthChange change)
    {
        if (_breakerTransitions.Enabled)
        {
            _breakerTransitions.Add(1, new(MetricNames.Model, model.Id), new(MetricNames.Endpoint, endpoint.Name), new(MetricNames.State, EnumNames.Of(change.To)));
        }
    }

    private static IEnumerable<Measurement<double>> Read(WeakReference<BudgetLedger> weak, Func<BudgetStatus, double> read) =>
        weak.TryGetTarget(out BudgetLedger? ledger)
            ? ledger.Rules
                .Where(static rule => rule.Scope.Kind == BudgetScopeKind.Everything)
                .Select(rule => ledger.GetStatus(rule.Name))
                .OfType<BudgetStatus>()
                .Select(status => new Measurement<double>(read(status), new KeyValuePair<string, object?>(MetricNames.Budget, status.Budget)))
            : [];

    private void RecordAttempts(RoutingOutcome outcome)
    {
        ImmutableArray<RoutingAttempt> attempts = outcome.Attempts;
        bool wasRejected = false;
        bool hasFailed = false;
        foreach (RoutingAttempt attempt in attempts)
        {
            wasRejected |= attempt.Result == AttemptResult.Rejected;

            // A hedge that fails beside the attempt which answers has handed nothing over.
            hasFailed |= attempt.Result == AttemptResult.Failed && !attempt.IsHedge;
            RecordAttempt(attempt);
        }

        if (outcome.Answer is not { } answer)
        {
            return;
        }

        if (wasRejected && _escalations.Enabled)
        {
            _escalations.Add(1, new KeyValuePair<string, object?>(MetricNames.Model, answer.ModelId));
        }

        if (hasFailed && _failovers.Enabled)
        {
            _failovers.Add(1, new KeyValuePair<string, object?>(MetricNames.Model, answer.ModelId));
        }

        if (answer.TimeToFirstToken is { } first && _timeToFirstToken.Enabled)
        {
            _timeToFirstToken.Record(first.TotalSeconds, new KeyValuePair<string, object?>(MetricNames.Model, answer.ModelId));
        }
    }

    private void RecordAttempt(RoutingAttempt attempt)
    {
        if (_attempts.Enabled)
        {
            _attempts.Add(1, new(MetricNames.Model, attempt.ModelId), new(MetricNames.Endpoint, attempt.Endpoint), new(MetricNames.Result, EnumNames.Of(attempt.Result)));
        }

        if (attempt.IsHedge && _hedges.Enabled)
        {
            _hedges.Add(1, new(MetricNames.Model, attempt.ModelId), new(MetricNames.Endpoint, attempt.Endpoint), new(MetricNames.Result, EnumNames.Of(attempt.Result)));
        }

        if (_failures.Enabled && attempt.Failure is { } failure)
        {
            _failures.Add(1, new(MetricNames.Model, attempt.ModelId), new(MetricNames.Endpoint, attempt.Endpoint), new(MetricNames.Failure, EnumNames.Of(failure)));
        }

        if (attempt.Result == AttemptResult.Skipped)
        {
            return;
        }

        if (_attemptDuration.Enabled)
        {
            _attemptDuration.Record(attempt.Elapsed.TotalSeconds, new(MetricNames.Model, attempt.ModelId), new(MetricNames.Endpoint, attempt.Endpoint));
        }

        RecordCost(attempt);
    }

    private void RecordCost(RoutingAttempt attempt)
    {
        if (_cost.Enabled && attempt.CostUsd > 0)
        {
            _cost.Add((double)attempt.CostUsd, new(MetricNames.Model, attempt.ModelId), new(MetricNames.Certainty, EnumNames.Of(attempt.Certainty)));
        }

        if (_tokens.Enabled)
        {
            AddTokens(attempt.InputTokens, attempt.ModelId, "input");
            AddTokens(attempt.OutputTokens, attempt.ModelId, "output");
        }
    }

    private void AddTokens(long? count, string model, string type)
    {
        if (count > 0)
        {
            _tokens.Add(count.Value, new(MetricNames.Model, model), new(MetricNames.TokenType, type));
        }
    }

    /// <summary>Says in one word how a request ended.</summary>
    internal static string ResultOf(RoutingOutcome outcome) =>
        outcome.Answer is { } answer ? answer.Result == AttemptResult.Truncated ? "truncated" : "answered"
        : outcome.Attempts is [.., { Failure: FailureKind.CallerCancelled }] or [] ? "cancelled"
        : "failed";
}
