using System.Collections.Immutable;

namespace LlmRouting.Classifiers;

/// <summary>Holds the keyword lists and thresholds of <see cref="HeuristicClassifier"/>.</summary>
/// <remarks>Immutable. The default lists are English, with the most telling words in German, French, Spanish, Italian, Portuguese, Russian,
/// Chinese and Japanese.</remarks>
public sealed record HeuristicSettings
{
    /// <summary>The name of the dimension whose matches say that a request points back at the conversation.</summary>
    public const string ContextDimension = "context";

    /// <summary>Gets the default settings.</summary>
    public static HeuristicSettings Default { get; } = new();

    /// <summary>Gets the dimensions.</summary>
    /// <value>At most 63; default: the built-in lists.</value>
    public ImmutableArray<HeuristicDimension> Dimensions { get; init; } = HeuristicKeywords.Dimensions;

    /// <summary>Gets the complexity up to which a request is labelled "simple".</summary>
    /// <value>0 to 1, below <see cref="ComplexAbove"/>; default 0.3.</value>
    public double SimpleUpTo { get; init; } = 0.3;

    /// <summary>Gets the complexity above which a request is labelled "complex".</summary>
    /// <value>0 to 1; default 0.7.</value>
    public double ComplexAbove { get; init; } = 0.7;

    /// <summary>Replaces the dimension of the same name, or adds one.</summary>
    /// <param name="dimension">The new dimension.</param>
    /// <returns>Settings that differ in this one dimension.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dimension"/> is null.</exception>
    public HeuristicSettings With(HeuristicDimension dimension)
    {
        ArgumentNullException.ThrowIfNull(dimension);
        for (int i = 0; i < Dimensions.Length; i++)
        {
            if (string.Equals(Dimensions[i].Name, dimension.Name, StringComparison.OrdinalIgnoreCase))
            {
                return this with { Dimensions = Dimensions.SetItem(i, dimension) };
            }
        }

        return this with { Dimensions = Dimensions.Add(dimension) };
    }
}
