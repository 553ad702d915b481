using System.Collections.Immutable;

namespace LlmRouting.Classifiers;

/// <summary>Names a kind of request by examples of it.</summary>
/// <remarks>Immutable.</remarks>
public sealed record SemanticRoute
{
    /// <summary>Gets the name, which becomes the classification's label.</summary>
    public required string Name { get; init; }

    /// <summary>Gets how hard such requests are.</summary>
    /// <value>0 to 1.</value>
    public required double Complexity { get; init; }

    /// <summary>Gets the category of such requests, such as "code".</summary>
    /// <value>null leaves it open; default null.</value>
    public string? Category { get; init; }

    /// <summary>Gets what users say; a few utterances, or many labelled requests.</summary>
    public required ImmutableArray<string> Examples { get; init; }

    /// <summary>Gets how like an example a request must be for the example to count.</summary>
    /// <value>A cosine, -1 to 1; null takes <see cref="SemanticSettings.MinSimilarity"/>; default null.</value>
    public double? MinSimilarity { get; init; }

    internal bool IsSame(SemanticRoute other) => this with { Examples = other.Examples } == other && Examples.SequenceEqual(other.Examples);
}
