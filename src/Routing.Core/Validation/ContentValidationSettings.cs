using System.Collections.Immutable;

namespace LlmRouting.Validation;

/// <summary>Sets which words an answer must, or must not, hold.</summary>
/// <remarks>Words and phrases are found ignoring case and as a whole: "cat" is not in "category". A phrase in a script without spaces is
/// found wherever it stands.</remarks>
public sealed record ContentValidationSettings
{
    /// <summary>Gets the words that must be there.</summary>
    /// <value>Default empty.</value>
    public ImmutableArray<string> Required { get; init; } = [];

    /// <summary>Gets whether one of the required words is enough.</summary>
    /// <value>Default false: all must be there.</value>
    public bool RequireAny { get; init; }

    /// <summary>Gets the words that must not be there.</summary>
    /// <value>Default empty.</value>
    public ImmutableArray<string> Forbidden { get; init; } = [];

    /// <summary>Gets whether the same model is asked once more, told of the words, before another one is.</summary>
    /// <value>Default true.</value>
    public bool Repair { get; init; } = true;
}
