using System.Collections.Immutable;

namespace LlmRouting.Classifiers;

/// <summary>Holds the settings of the <see cref="SemanticClassifier"/>.</summary>
/// <remarks>Immutable.</remarks>
public sealed record SemanticSettings
{
    /// <summary>Gets the kinds of request that are told apart.</summary>
    /// <value>At least one, each with at least one example.</value>
    public required ImmutableArray<SemanticRoute> Routes { get; init; }

    /// <summary>Gets how many of the nearest examples vote.</summary>
    /// <value>1 takes the nearest alone; default 3.</value>
    public int Neighbours { get; init; } = 3;

    /// <summary>Gets how like an example a request must be for the example to count, unless its route says otherwise.</summary>
    /// <value>A cosine, -1 to 1; what is "like" differs from model to model; default 0.6.</value>
    public double MinSimilarity { get; init; } = 0.6;

    /// <summary>Gets how many requests' embeddings are kept.</summary>
    /// <value>0 keeps none; each takes four bytes a dimension; default 1,024.</value>
    public int CacheSize { get; init; } = 1024;

    /// <summary>Gets how much of a request is embedded.</summary>
    /// <value>UTF-16 code units, half from its head and half from its tail; default 2,048.</value>
    public int MaxCharacters { get; init; } = 2048;

    /// <summary>Gets how long embedding one request may take.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets how long embedding all examples may take.</summary>
    /// <value>Requests do not wait for it beyond their own time; default 1 minute.</value>
    public TimeSpan WarmUpTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets how long the generator is left alone after it failed.</summary>
    /// <value>The classifier abstains at once in the meantime; default 15 seconds.</value>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Finds what is wrong with the settings.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (Routes.IsDefaultOrEmpty)
        {
            yield return "Routes is empty; give at least one route with examples.";
        }

        if (Neighbours < 1)
        {
            yield return $"Neighbours is {Neighbours}; it must be at least 1.";
        }

        if (MinSimilarity is not (>= -1 and <= 1))
        {
            yield return FormattableString.Invariant($"MinSimilarity is {MinSimilarity}; it must be between -1 and 1.");
        }

        if (CacheSize < 0)
        {
            yield return $"CacheSize is {CacheSize}; it must not be negative.";
        }

        if (MaxCharacters < 2)
        {
            yield return $"MaxCharacters is {MaxCharacters}; it must be at least 2.";
        }

        foreach ((string name, TimeSpan value) in ((string, TimeSpan)[])[("Timeout", Timeout), ("WarmUpTimeout", WarmUpTimeout), ("RetryAfter", RetryAfter)])
        {
            // Timers take no more than about 49 days.
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(49))
            {
                yield return $"{name} is {value}; it must be longer than zero and at most 49 days.";
            }
        }

        foreach (SemanticRoute route in Routes.IsDefault ? [] : Routes)
        {
            if (route.Complexity is not (>= 0 and <= 1))
            {
                yield return FormattableString.Invariant($"Routes:{route.Name}:Complexity is {route.Complexity}; it must be between 0 and 1.");
            }

            if (route.MinSimilarity is { } similarity && similarity is not (>= -1 and <= 1))
            {
                yield return FormattableString.Invariant($"Routes:{route.Name}:MinSimilarity is {similarity}; it must be between -1 and 1.");
            }

            if (route.Examples.IsDefaultOrEmpty || route.Examples.Any(string.IsNullOrWhiteSpace))
            {
                yield return $"Routes:{route.Name}:Examples must hold at least one example, and none that is blank.";
            }
        }
    }

    internal bool IsSame(SemanticSettings other) => this with { Routes = other.Routes } == other
        && Routes.Length == other.Routes.Length && Routes.Zip(other.Routes).All(static pair => pair.First.IsSame(pair.Second));
}
