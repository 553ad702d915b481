namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Makes the scores of routers that learn nothing, which a trained router must beat.</summary>
public static class Baselines
{
    /// <summary>Scores every request alike: its curve is what a router that draws lots gives on average.</summary>
    /// <param name="count">The number of requests.</param>
    public static double[] Random(int count) => new double[count];

    /// <summary>Scores a request by its length: longer ones go to the strong model first.</summary>
    /// <param name="lengths">Each request's length, in characters or tokens.</param>
    public static double[] Length(ReadOnlySpan<int> lengths)
    {
        double[] scores = new double[lengths.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = lengths[i];
        }

        return scores;
    }

    /// <summary>Scores a request by what the strong model really gains on it: no router can do better.</summary>
    /// <param name="outcomes">What the two models did.</param>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    public static double[] Oracle(PairOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        double[] scores = new double[outcomes.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = outcomes.StrongQuality[i] - outcomes.WeakQuality[i];
        }

        return scores;
    }
}
