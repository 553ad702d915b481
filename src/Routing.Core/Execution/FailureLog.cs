using System.Text;

namespace LlmRouting.Execution;

/// <summary>Keeps the failures of one request, and picks the one that helps most.</summary>
internal sealed class FailureLog
{
    private List<(RoutingAttempt Attempt, Exception? Exception)>? _failures;

    public void Add(RoutingAttempt attempt, Exception? exception) => (_failures ??= []).Add((attempt, exception));

    /// <summary>Gets whether nothing went wrong but that budgets had no room.</summary>
    public bool IsOnlyBudget => _failures is not null && _failures.TrueForAll(static failure => failure.Attempt.Failure == FailureKind.BudgetExceeded);

    /// <summary>Makes the error that the caller receives.</summary>
    public RouteFailedException ToException(RoutingOutcome outcome)
    {
        if (_failures is null)
        {
            return new("The request was given no attempt: the budget of calls was used up before it started.", FailureKind.Unknown, null) { Outcome = outcome };
        }

        (RoutingAttempt attempt, Exception? exception) = _failures.MaxBy(static failure => (Usefulness(failure.Attempt), failure.Exception is not null));
        FailureKind kind = attempt.Failure ?? (attempt.Result == AttemptResult.Rejected ? FailureKind.SchemaInvalid : FailureKind.Unknown);
        return new(Describe(attempt, kind), kind, exception)
        {
            Outcome = outcome,
            RetryAfter = _failures.Min(static failure => failure.Attempt.RetryAfter),
        };
    }

    // First what somebody can mend, then what the answers were like, then what passes by itself.
    private static int Usefulness(RoutingAttempt attempt) => attempt.Result == AttemptResult.Skipped ? 0 : attempt.Failure switch
    {
        FailureKind.CallerCancelled => 12,
        FailureKind.InvalidRequest or FailureKind.ContextLengthExceeded => 11,
        FailureKind.Auth or FailureKind.NotFound => 10,
        FailureKind.QuotaExhausted => 9,
        FailureKind.ContentFiltered or FailureKind.Refusal => 8,
        FailureKind.TruncatedStream => 7,
        FailureKind.RateLimited => 6,
        FailureKind.MalformedResponse or FailureKind.SchemaInvalid => 5,
        FailureKind.Overloaded or FailureKind.ServerError => 4,
        FailureKind.Timeout => 3,
        FailureKind.Network => 2,
        _ => 1,
    };

    private string Describe(RoutingAttempt useful, FailureKind kind)
    {
        StringBuilder text = new($"No model answered. Most telling: '{useful.ModelId}' ({kind}). {Advice(kind)} Attempts:");
        foreach ((RoutingAttempt attempt, _) in _failures!) // not null: the caller checked
        {
            text.Append(' ').Append(attempt).Append(';');
        }

        text[^1] = '.';
        return text.ToString();
    }

    private static string Advice(FailureKind kind) => kind switch
    {
        FailureKind.Auth => "Check the key of its provider.",
        FailureKind.NotFound => "Check its ModelId and its provider's Endpoint.",
        FailureKind.QuotaExhausted => "Check the account's quota or credit.",
        FailureKind.InvalidRequest => "The request itself was refused; see the inner exception.",
        FailureKind.ContextLengthExceeded => "The request is too long for every model tried; register one with a larger window.",
        FailureKind.RateLimited or FailureKind.Overloaded => "Try again later, or register another endpoint.",
        FailureKind.Timeout => "Check the Execution time limits, or register a faster endpoint.",
        FailureKind.Network => "Check that its provider's Endpoint can be reached.",
        _ => "See the inner exception and the outcome's attempts.",
    };
}
