namespace LlmRouting;

/// <summary>Judges attempts.</summary>
internal static class HealthRules
{
    /// <summary>Says what an attempt's end means for its endpoint.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="failure">Why it did not succeed; null for a success.</param>
    /// <param name="isRouter">Whether the endpoint is a router, which may have nobody for this one request.</param>
    /// <param name="isPinned">Whether the request names something that the provider keeps, which the provider may have forgotten.</param>
    public static HealthVerdict Judge(AttemptResult result, FailureKind? failure, bool isRouter = false, bool isPinned = false) => (result, failure) switch
    {
        (AttemptResult.Skipped or AttemptResult.Cancelled or AttemptResult.Rejected, _) => HealthVerdict.Neutral,
        (_, null) => result == AttemptResult.Succeeded ? HealthVerdict.Success : HealthVerdict.Failure,
        (_, FailureKind.CallerCancelled or FailureKind.InvalidRequest or FailureKind.ContextLengthExceeded) => HealthVerdict.Neutral,
        (_, FailureKind.ContentFiltered or FailureKind.Refusal or FailureKind.SchemaInvalid or FailureKind.BudgetExceeded) => HealthVerdict.Neutral,
        (_, FailureKind.NotFound) when isPinned => HealthVerdict.Neutral,
        (_, FailureKind.Unknown or FailureKind.CircuitOpen) when isRouter => HealthVerdict.Neutral,
        (_, FailureKind.RateLimited) => HealthVerdict.Throttled,
        (_, FailureKind.Auth or FailureKind.NotFound or FailureKind.QuotaExhausted) => HealthVerdict.Misconfigured,
        _ => HealthVerdict.Failure,
    };
}
