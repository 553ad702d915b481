using System.Collections.Immutable;
using System.Globalization;

namespace LlmRouting;

/// <summary>Tells of one attempt to have a request answered.</summary>
/// <remarks>Immutable; holds nothing of the request's or the answer's text.</remarks>
public sealed record RoutingAttempt
{
    /// <summary>Gets the id of the model that was asked.</summary>
    public required string ModelId { get; init; }

    /// <summary>Gets the name of the endpoint that was asked.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Gets how it ended.</summary>
    public required AttemptResult Result { get; init; }

    /// <summary>Gets whether it was a hedge: made beside another attempt that was slow.</summary>
    /// <value>Default false. Of two such attempts the one that came second is <see cref="AttemptResult.Cancelled"/> without a failure.</value>
    public bool IsHedge { get; init; }

    /// <summary>Gets why it did not succeed.</summary>
    /// <value>null for a success.</value>
    public FailureKind? Failure { get; init; }

    /// <summary>Gets more on why it did not succeed: a constant text.</summary>
    /// <value>null for a success.</value>
    public string? Reason { get; init; }

    /// <summary>Gets how long the service asked to be left alone.</summary>
    /// <value>null when it did not say.</value>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets the name under which the service says that it answered.</summary>
    /// <value>null when it did not say.</value>
    public string? AnsweredBy { get; init; }

    /// <summary>Gets the tokens that the provider says it read, cached ones included.</summary>
    /// <value>null when it did not say.</value>
    public long? InputTokens { get; init; }

    /// <summary>Gets the tokens that the provider says it wrote, reasoning included.</summary>
    /// <value>null when it did not say.</value>
    public long? OutputTokens { get; init; }

    /// <summary>Gets how many of <see cref="InputTokens"/> the provider says it read from its cache.</summary>
    /// <value>null when it did not say.</value>
    public long? CachedInputTokens { get; init; }

    /// <summary>Gets how many of <see cref="InputTokens"/> the provider says it wrote to its cache, for however long.</summary>
    /// <value>null when it did not say.</value>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Gets how many of <see cref="OutputTokens"/> the provider says were reasoning.</summary>
    /// <value>null when it did not say.</value>
    public long? ReasoningTokens { get; init; }

    /// <summary>Gets what the provider itself says that the call cost; where it says so, <see cref="CostUsd"/> is that.</summary>
    /// <value>USD; null when it did not say.</value>
    public decimal? ReportedCostUsd { get; init; }

    /// <summary>Gets what it cost.</summary>
    /// <value>USD; how well it is known says <see cref="Certainty"/>.</value>
    public decimal CostUsd { get; init; }

    /// <summary>Gets how well the cost is known.</summary>
    public CostCertainty Certainty { get; init; }

    /// <summary>Gets how long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Gets how long the first meaningful content of a stream took.</summary>
    /// <value>null when it was no stream, or none came.</value>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>Gets what the validators made of the answer.</summary>
    public ValidationResult Validation { get; init; }

    /// <summary>Gets the validator that rejected the answer.</summary>
    /// <value>null when none did.</value>
    public string? Validator { get; init; }

    /// <summary>Gets how long a streamed answer was held back, from its first content on, until it was accepted or rejected.</summary>
    /// <value>null when nothing was held back: what the caller waited beyond <see cref="TimeToFirstToken"/>.</value>
    public TimeSpan? HeldFor { get; init; }

    /// <summary>Gets the options of the request that the provider's client did not send, or not as they were asked for.</summary>
    /// <value>Names of properties of <c>ChatOptions</c>, never values; empty when all were sent, when the client does not report it, or when
    /// the attempt failed before it brought an answer.</value>
    public ImmutableArray<string> UnsentOptions { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{ModelId}/{Endpoint} {Result}{(Failure is null ? "" : $" ({Failure}{(Reason is null ? "" : $": {Reason}")})")}, {Elapsed.TotalMilliseconds:0} ms");
}
