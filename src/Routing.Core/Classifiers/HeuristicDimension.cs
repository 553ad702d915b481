using System.Collections.Immutable;

namespace LlmRouting.Classifiers;

/// <summary>Holds one thing that the words of a request can speak for: its name, its keywords, and what a match means.</summary>
/// <remarks>Immutable.</remarks>
public sealed record HeuristicDimension
{
    /// <summary>Gets the name by which <see cref="HeuristicSettings.With"/> replaces a dimension.</summary>
    /// <value>Compared ignoring case.</value>
    public required string Name { get; init; }

    /// <summary>Gets what full evidence adds to the log-odds of a complex request.</summary>
    /// <value>Positive makes a request harder, negative easier; 0 leaves complexity alone; usually -3 to 3. One match counts half, two
    /// three quarters, and so on.</value>
    public required double Weight { get; init; }

    /// <summary>Gets the category that a match votes for.</summary>
    /// <value>null when it votes for none.</value>
    public string? Category { get; init; }

    /// <summary>Gets the words, phrases ("step by step") and stems ("analy*") to look for.</summary>
    /// <value>Matched ignoring case, as whole words; in scripts that set no spaces, anywhere. A stem has at least four letters before its
    /// asterisk. Default empty, which never matches.</value>
    public ImmutableArray<string> Keywords { get; init; } = [];
}
