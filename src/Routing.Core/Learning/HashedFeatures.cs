using System.Collections.Immutable;

namespace LlmRouting.Learning;

/// <summary>Holds what a router learns from instead of a text: hashes with their counts, and a few measures. It holds no text.</summary>
/// <remarks>
/// Immutable. The indices are sorted, so that the order of the words is lost; an index is a few bits of a hash that many words share.
/// That keeps a text from being read back, but whoever guesses a short text can check the guess: treat records as confidential as logs.
/// </remarks>
public sealed record HashedFeatures
{
    /// <summary>Gets the version of the feature code that wrote this.</summary>
    /// <value><see cref="FeatureHasher.FeatureVersion"/> of its time.</value>
    public required int Version { get; init; }

    /// <summary>Gets which features occur.</summary>
    /// <value>Ascending, each once, from 0 to two to the power of <see cref="FeatureHasherSettings.Bits"/>, exclusive.</value>
    public required ImmutableArray<int> Indices { get; init; }

    /// <summary>Gets how often each of <see cref="Indices"/> occurs.</summary>
    /// <value>As many as there are indices, each at least 1.</value>
    public required ImmutableArray<int> Counts { get; init; }

    /// <summary>Gets the dense features, in the order of <see cref="DenseFeatures.Names"/>.</summary>
    public required ImmutableArray<float> Dense { get; init; }
}
