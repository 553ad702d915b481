namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Keeps the rows in falling order of their scores, so that resamples need not sort again.</summary>
internal sealed class ScoreOrder
{
    private readonly double[] _scores;
    private readonly int[] _rows;

    private ScoreOrder(double[] scores, int[] rows)
    {
        _scores = scores;
        _rows = rows;
    }

    internal int Count => _rows.Length;

    internal static ScoreOrder Create(ReadOnlySpan<double> scores, int expected)
    {
        if (scores.Length != expected)
        {
            throw new ArgumentException($"There are {scores.Length} scores for {expected} requests; there must be one each.", nameof(scores));
        }

        double[] sorted = new double[expected];
        int[] rows = new int[expected];
        for (int i = 0; i < expected; i++)
        {
            // Negated for a falling order. A request that could not be scored goes first to the strong model. Adding 0 makes -0 equal 0.
            sorted[i] = double.IsNaN(scores[i]) ? double.NegativeInfinity : 0 - scores[i];
            rows[i] = i;
        }

        Array.Sort(sorted, rows);
        return new(sorted, rows);
    }

    internal double Score(int at) => 0 - _scores[at];

    internal int Row(int at) => _rows[at];
}
