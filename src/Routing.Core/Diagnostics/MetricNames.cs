namespace LlmRouting.Diagnostics;

/// <summary>Names the instruments and their tags; docs/telemetry.md says what they mean, and a test compares the two.</summary>
internal static class MetricNames
{
    public const string Requests = "llm.routing.requests";
    public const string RequestDuration = "llm.routing.request.duration";
    public const string DecisionDuration = "llm.routing.decision.duration";
    public const string TimeToFirstToken = "llm.routing.time_to_first_token";
    public const string RequestCost = "llm.routing.request.cost";
    public const string Saved = "llm.routing.saved";
    public const string Escalations = "llm.routing.escalations";
    public const string Failovers = "llm.routing.failovers";
    public const string Probes = "llm.routing.probes";
    public const string Hedges = "llm.routing.hedges";
    public const string Attempts = "llm.routing.attempts";
    public const string AttemptDuration = "llm.routing.attempt.duration";
    public const string Failures = "llm.routing.failures";
    public const string Tokens = "llm.routing.tokens";
    public const string Cost = "llm.routing.cost";
    public const string ClassifierDuration = "llm.routing.classifier.duration";
    public const string ClassifierTruncations = "llm.routing.classifier.truncations";
    public const string BreakerTransitions = "llm.routing.breaker.transitions";
    public const string BudgetLeft = "llm.routing.budget.left";
    public const string BudgetUsed = "llm.routing.budget.used";

    public const string DecisionLogRecords = "llm.routing.decision_log.records";

    public const string Model = "llm.routing.model";
    public const string Endpoint = "llm.routing.endpoint";
    public const string DecidedBy = "llm.routing.decided_by";
    public const string Result = "llm.routing.result";
    public const string Failure = "llm.routing.failure";
    public const string Certainty = "llm.routing.certainty";
    public const string TokenType = "llm.routing.token.type";
    public const string Classifier = "llm.routing.classifier";
    public const string State = "llm.routing.state";
    public const string Budget = "llm.routing.budget";
    public const string Streaming = "llm.routing.streaming";
    public const string Reason = "llm.routing.reason";
}
