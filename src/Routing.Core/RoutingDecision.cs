using System.Collections.Immutable;
using System.Globalization;

namespace LlmRouting;

/// <summary>Is the router's decision: a ranking of models, with every step that led to it.</summary>
/// <remarks>Created once, never changed. Holds ids, numbers and constant reasons, never text of the request.</remarks>
public sealed record RoutingDecision
{
    /// <summary>Gets the model ids, best first; the first is the choice, the others stand in for it.</summary>
    /// <value>At least one.</value>
    public required ImmutableArray<string> Ranking { get; init; }

    /// <summary>Gets the strategy that decided; "default" when none had an opinion, "request" when the caller named a model.</summary>
    public required string DecidedBy { get; init; }

    /// <summary>Gets how sure it was.</summary>
    /// <value>0 to 1.</value>
    public required double Confidence { get; init; }

    /// <summary>Gets why.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets every exclusion, classification, abstention and preference, in order.</summary>
    public required ImmutableArray<DecisionStep> Steps { get; init; }

    /// <summary>Gets what was read off the request.</summary>
    public required RequestFeatures Features { get; init; }

    /// <summary>Gets how long deciding took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets how hard the request was found to be.</summary>
    /// <value>null when nobody needed to know.</value>
    public Classification? Classification { get; init; }

    /// <summary>Gets from which score on the answers of the first models of the ranking are accepted.</summary>
    /// <value>One for each step of a cascade, 0 to 1; empty when the decision is no cascade. What is beyond it accepts every score.</value>
    public ImmutableArray<double> AcceptFromScores { get; init; } = [];

    /// <summary>Gets what all attempts may cost together, beside the request's own limit.</summary>
    /// <value>USD; null means no further limit; default null.</value>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Gets the id of the chosen model.</summary>
    public string ModelId => Ranking[0];

    /// <summary>Gets from which score on the answers of a model are accepted.</summary>
    internal double AcceptFrom(string modelId)
    {
        for (int i = 0; i < AcceptFromScores.Length; i++)
        {
            if (Ranking[i] == modelId)
            {
                return AcceptFromScores[i];
            }
        }

        return 0;
    }

    /// <summary>Gives the decision as one line.</summary>
    /// <returns>For example <c>large via rules (0.95: mentions a contract)</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{ModelId} via {DecidedBy} ({Confidence:0.00}: {Reason})");
}
