namespace LlmRouting;

/// <summary>Says how hard a request is, and who said so.</summary>
/// <remarks>Immutable.</remarks>
public sealed record Classification
{
    /// <summary>Gets the classification of a request that nobody could classify: middling, with no confidence.</summary>
    public static Classification Unknown { get; } = new() { Complexity = 0.5, Confidence = 0, Source = "none" };

    /// <summary>Gets how hard the request is.</summary>
    /// <value>0 (trivial) to 1 (as hard as they come).</value>
    public required double Complexity { get; init; }

    /// <summary>Gets how sure the classifier is.</summary>
    /// <value>0 to 1.</value>
    public required double Confidence { get; init; }

    /// <summary>Gets the name of the classifier.</summary>
    public required string Source { get; init; }

    /// <summary>Gets the classifier's own label.</summary>
    /// <value>null when it has none.</value>
    public string? Label { get; init; }

    /// <summary>Gets the kind of request, such as "code" or "analytical".</summary>
    /// <value>null when unknown.</value>
    public string? Category { get; init; }

    /// <summary>Gets whether the request can only be understood with what was said before.</summary>
    public bool RequiresContext { get; init; }
}
