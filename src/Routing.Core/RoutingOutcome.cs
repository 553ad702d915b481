using System.Collections.Immutable;
using System.Globalization;

namespace LlmRouting;

/// <summary>Tells what became of a request: the decision, the attempts made, cost, time.</summary>
/// <param name="Id">Unique for each request.</param>
/// <param name="Decision">The decision.</param>
/// <param name="Attempts">The attempts, in order.</param>
/// <param name="CostUsd">What all attempts cost together, in USD.</param>
/// <param name="Certainty">How well that is known: as well as the least known attempt.</param>
/// <param name="Elapsed">How long the request took, deciding included.</param>
/// <remarks>Immutable; holds nothing of the request's or the answer's text.</remarks>
public sealed record RoutingOutcome(
    string Id,
    RoutingDecision Decision,
    ImmutableArray<RoutingAttempt> Attempts,
    decimal CostUsd,
    CostCertainty Certainty,
    TimeSpan Elapsed)
{
    /// <summary>Gets what the answer's tokens would have cost at the reference model, the one that would have served without a router.</summary>
    /// <value>USD, at list prices without caching; null when nobody answered, its provider did not count, or the reference's price is unknown.</value>
    public decimal? ReferenceCostUsd { get; init; }

    /// <summary>Gets what routing saved on this request.</summary>
    /// <value>USD: <see cref="ReferenceCostUsd"/> less <see cref="CostUsd"/>, negative when the walk cost more; null when either is unknown.</value>
    public decimal? SavedUsd => Certainty == CostCertainty.Unknown ? null : ReferenceCostUsd - CostUsd;

    /// <summary>Gets the attempt whose answer, whole or in part, went to the caller.</summary>
    /// <value>null when none did.</value>
    public RoutingAttempt? Answer =>
        Attempts is [.., { Result: AttemptResult.Succeeded or AttemptResult.Truncated } last] ? last : null;

    /// <summary>Gets the id of the model that answered.</summary>
    /// <value>null when none did.</value>
    public string? ModelId => Answer?.ModelId;

    /// <summary>Gives the outcome as one readable line.</summary>
    /// <returns>For example <c>large via rules (0.95: mentions a contract), 2 attempts, 812 ms, $0.001050</c>.</returns>
    public override string ToString()
    {
        string decided = string.Create(CultureInfo.InvariantCulture, $"via {Decision.DecidedBy} ({Decision.Confidence:0.00}: {Decision.Reason})");
        string who = ModelId is null
            ? $"no answer {decided}"
            : ModelId == Decision.ModelId ? $"{ModelId} {decided}" : $"{ModelId} in place of {Decision.ModelId} {decided}";
        int made = Attempts.Count(static attempt => attempt.Result != AttemptResult.Skipped);
        string attempts = made == 1 ? "1 attempt" : $"{made} attempts";
        string cut = Answer?.Result == AttemptResult.Truncated ? ", truncated" : "";
        string cost = Certainty switch
        {
            CostCertainty.Exact => string.Create(CultureInfo.InvariantCulture, $"${CostUsd:0.000000}"),
            CostCertainty.Estimated => string.Create(CultureInfo.InvariantCulture, $"about ${CostUsd:0.000000}"),
            CostCertainty.AtLeast => string.Create(CultureInfo.InvariantCulture, $"at least ${CostUsd:0.000000}"),
            _ => "cost unknown",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{who}, {attempts}{cut}, {Elapsed.TotalMilliseconds:0} ms, {cost}");
    }
}
