using System.Collections.Immutable;
using System.Diagnostics;
using LlmRouting.Diagnostics;
using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Measures one attempt and writes its record.</summary>
internal struct AttemptRecorder(RouteTarget target, RequestFeatures features, TimeProvider timeProvider)
{
    private readonly long _started = timeProvider.GetTimestamp();

    // Started where the attempt is, so that what the provider's client traces stands below it.
    private readonly Activity? _activity = RoutingActivity.StartAttempt(target.Model.Id, target.Endpoint.Name);

    public readonly RouteTarget Target => target;

    /// <summary>Gets or sets what the provider says it used.</summary>
    public UsageDetails? Usage { get; set; }

    /// <summary>Gets or sets the length of the answer seen so far, from which its tokens are estimated when the provider does not count them.</summary>
    public long AnswerLength { get; set; }

    /// <summary>Gets or sets who says that it answered.</summary>
    public string? AnsweredBy { get; set; }

    /// <summary>Gets or sets when the first meaningful content came.</summary>
    public TimeSpan? TimeToFirstToken { get; set; }

    /// <summary>Gets or sets what the validators made of the answer.</summary>
    public ValidationResult Validation { get; set; }

    /// <summary>Gets or sets the validator that rejected the answer.</summary>
    public string? Validator { get; set; }

    /// <summary>Gets or sets whether the answer was cut off before its end.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Gets or sets how long the answer was held back.</summary>
    public TimeSpan? HeldFor { get; set; }

    /// <summary>Gets or sets how long the attempt took, once it has ended; null while it runs.</summary>
    public TimeSpan? EndedAfter { get; set; }

    /// <summary>Gets or sets the options that the provider's client says it did not send; the default means that it said nothing.</summary>
    public ImmutableArray<string> UnsentOptions { get; set; }

    public readonly TimeSpan Elapsed => EndedAfter ?? timeProvider.GetElapsedTime(_started);

    /// <summary>Adds to what the provider says it used, as Microsoft.Extensions.AI does for a stream that counts in parts.</summary>
    public void AddUsage(UsageDetails details)
    {
        if (Usage is null)
        {
            Usage = details;
            return;
        }

        UsageDetails sum = new();
        sum.Add(Usage);
        sum.Add(details);
        Usage = sum;
    }

    /// <summary>Takes note of a piece of the answer.</summary>
    /// <param name="length">How much text it brings.</param>
    /// <param name="isMeaningful">Whether it is content that a caller waits for.</param>
    public void NoteAnswer(int length, bool isMeaningful)
    {
        AnswerLength += length;
        if (isMeaningful && TimeToFirstToken is null)
        {
            TimeToFirstToken = Elapsed;
        }
    }

    /// <summary>Writes the record, and ends the attempt's span.</summary>
    /// <param name="result">How the attempt ended.</param>
    /// <param name="failure">Why it did not succeed.</param>
    /// <param name="reason">More on why: a constant text.</param>
    /// <param name="retryAfter">How long the service asked to be left alone.</param>
    /// <param name="nested">What a router behind this one did, whose costs are this attempt's.</param>
    /// <param name="wasNeverSent">Whether the request certainly never reached its service.</param>
    public readonly RoutingAttempt Write(
        AttemptResult result,
        FailureKind? failure = null,
        string? reason = null,
        TimeSpan? retryAfter = null,
        RoutingOutcome? nested = null,
        bool wasNeverSent = false)
    {
        (decimal usd, CostCertainty certainty) = nested is not null ? (nested.CostUsd, nested.Certainty) : wasNeverSent ? (0, CostCertainty.Exact) : Price(result, failure);
        RoutingAttempt attempt = new()
        {
            ModelId = target.Model.Id,
            Endpoint = target.Endpoint.Name,
            Result = result,
            IsHedge = target.IsHedge,
            Failure = failure,
            Reason = reason,
            RetryAfter = retryAfter,
            AnsweredBy = AnsweredBy,
            InputTokens = Usage?.InputTokenCount,
            OutputTokens = Usage?.OutputTokenCount,
            CachedInputTokens = Usage?.CachedInputTokenCount,
            CacheWriteTokens = UsageCounts.CacheWrites(Usage),
            ReasoningTokens = Usage?.ReasoningTokenCount,
            ReportedCostUsd = UsageCounts.ReportedCostUsd(Usage),
            CostUsd = usd,
            Certainty = certainty,
            Elapsed = Elapsed,
            TimeToFirstToken = TimeToFirstToken,
            Validation = Validation,
            Validator = Validator,
            HeldFor = HeldFor,
            UnsentOptions = UnsentOptions.IsDefault ? [] : UnsentOptions,
        };
        RoutingActivity.StopAttempt(_activity, attempt);
        return attempt;
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

        // A rejected stream may have been cut off; then its provider has not counted yet.
        bool isComplete = result is AttemptResult.Succeeded
            || (result is AttemptResult.Rejected && !IsCutOff)
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
