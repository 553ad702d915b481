using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Measures one attempt and writes its record.</summary>
internal struct AttemptRecorder(RouteTarget target, RequestFeatures features, TimeProvider timeProvider)
{
    private readonly long _started = timeProvider.GetTimestamp();

    public readonly RouteTarget Target => target;

    /// <summary>Gets or sets what the provider says it used.</summary>
    public UsageDetails? Usage { get; set; }

    /// <summary>Gets or sets the length of the answer seen so far, from which its tokens are estimated when the provider does not count them.</summary>
    public long AnswerLength { get; set; }

    /// <summary>Gets or sets who says that it answered.</summary>
    public string? AnsweredBy { get; set; }

    /// <summary>Gets or sets when the first meaningful content came.</summary>
    public TimeSpan? TimeToFirstToken { get; set; }

    public readonly TimeSpan Elapsed => timeProvider.GetElapsedTime(_started);

    /// <summary>Writes the record.</summary>
    /// <param name="result">How the attempt ended.</param>
    /// <param name="failure">Why it did not succeed.</param>
    /// <param name="reason">More on why: a constant text.</param>
    /// <param name="retryAfter">How long the service asked to be left alone.</param>
    /// <param name="nested">What a router behind this one did, whose costs are this attempt's.</param>
    public readonly RoutingAttempt Write(
        AttemptResult result,
        FailureKind? failure = null,
        string? reason = null,
        TimeSpan? retryAfter = null,
        RoutingOutcome? nested = null)
    {
        (decimal usd, CostCertainty certainty) = nested is not null ? (nested.CostUsd, nested.Certainty) : Price(result, failure);
        return new RoutingAttempt
        {
            ModelId = target.Model.Id,
            Endpoint = target.Endpoint.Name,
            Result = result,
            Failure = failure,
            Reason = reason,
            RetryAfter = retryAfter,
            AnsweredBy = AnsweredBy,
            InputTokens = Usage?.InputTokenCount,
            OutputTokens = Usage?.OutputTokenCount,
            CostUsd = usd,
            Certainty = certainty,
            Elapsed = Elapsed,
            TimeToFirstToken = TimeToFirstToken,
        };
    }

    private readonly (decimal Usd, CostCertainty Certainty) Price(AttemptResult result, FailureKind? failure)
    {
        // What a service refused before it began is not billed; what broke later may be, to an extent that nobody told us.
        bool wasRefused = Usage is null && AnswerLength == 0 && failure is
            FailureKind.RateLimited or FailureKind.QuotaExhausted or FailureKind.Overloaded or FailureKind.ServerError or FailureKind.Auth
            or FailureKind.NotFound or FailureKind.ContextLengthExceeded or FailureKind.InvalidRequest;
        if (wasRefused)
        {
            return (0, CostCertainty.Exact);
        }

        bool isComplete = result is AttemptResult.Succeeded or AttemptResult.Rejected
            || (Usage is not null && failure is FailureKind.EmptyResponse or FailureKind.ContentFiltered or FailureKind.Refusal);

        // Nothing came back at all: that the request was read is a guess, so nothing is the lower bound.
        bool isSilent = !isComplete && Usage is null && AnswerLength == 0;
        return CostCalculator.Price(
            target.Model.Profile,
            Usage,
            isSilent ? 0 : features.EstimatedInputTokens,
            AnswerLength / CharactersPerToken,
            isComplete);
    }

    // The usual rule of thumb for English; it only stands in where a provider counts nothing, and the record then says "estimated".
    private const int CharactersPerToken = 4;
}
