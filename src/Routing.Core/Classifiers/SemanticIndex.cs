using System.Collections.Immutable;

namespace LlmRouting.Classifiers;

/// <summary>The embedded examples, and the vote of those nearest to a request.</summary>
/// <remarks>Immutable, thread-safe. Every example is looked at: a few thousand of them take well under a millisecond.</remarks>
internal sealed class SemanticIndex
{
    private readonly SemanticSettings _settings;
    private readonly ImmutableArray<(float[] Vector, int Route)> _examples;

    internal SemanticIndex(SemanticSettings settings, ImmutableArray<(float[] Vector, int Route)> examples)
    {
        _settings = settings;
        _examples = examples;
        foreach ((float[] vector, int _) in examples)
        {
            if (vector.Length != examples[0].Vector.Length)
            {
                throw new InvalidOperationException("The embedding generator returned vectors of different lengths.");
            }
        }
    }

    /// <summary>Lets the nearest examples vote.</summary>
    /// <param name="query">The request's embedding, of length one.</param>
    /// <param name="source">The classifier's name.</param>
    internal Classification Vote(ReadOnlySpan<float> query, string source)
    {
        if (query.Length != _examples[0].Vector.Length)
        {
            throw new InvalidOperationException($"The embedding generator returned {query.Length} dimensions, and {_examples[0].Vector.Length} for the examples.");
        }

        int neighbours = Math.Min(_settings.Neighbours, _examples.Length);
        (float Similarity, int Route)[] nearest = new (float, int)[neighbours];
        Array.Fill(nearest, (float.NegativeInfinity, -1));
        foreach ((float[] vector, int route) in _examples)
        {
            float similarity = UnitVector.Dot(query, vector);
            if (similarity > nearest[^1].Similarity)
            {
                Insert(nearest, (similarity, route));
            }
        }

        return Count(nearest, source);
    }

    private static void Insert((float Similarity, int Route)[] nearest, (float Similarity, int Route) found)
    {
        int at = nearest.Length - 1;
        for (; at > 0 && nearest[at - 1].Similarity < found.Similarity; at--)
        {
            nearest[at] = nearest[at - 1];
        }

        nearest[at] = found;
    }

    // A vote weighs what its similarity is. Confidence is the winner's share of the votes times its best similarity: examples that disagree,
    // and a request that is not much like any of them, both make it low.
    private Classification Count((float Similarity, int Route)[] nearest, string source)
    {
        double[] votes = new double[_settings.Routes.Length];
        double[] best = new double[votes.Length];
        double total = 0;
        foreach ((float similarity, int route) in nearest)
        {
            if (route < 0 || similarity < (_settings.Routes[route].MinSimilarity ?? _settings.MinSimilarity))
            {
                continue;
            }

            // A threshold below zero may let an example vote that points away; it counts, barely.
            double weight = Math.Max(similarity, 1e-6);
            votes[route] += weight;
            total += weight;
            best[route] = Math.Max(best[route], weight);
        }

        if (total == 0)
        {
            return Classification.Unknown with { Source = source };
        }

        int winner = Array.IndexOf(votes, votes.Max());
        SemanticRoute chosen = _settings.Routes[winner];
        return new Classification
        {
            Complexity = chosen.Complexity,
            Confidence = Math.Clamp(votes[winner] / total * best[winner], 0, 1),
            Source = source,
            Label = chosen.Name,
            Category = chosen.Category,
        };
    }
}
