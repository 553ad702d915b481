using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Cuts every feature into at most 32 bins of about equally many requests, which is all that shallow trees look at.</summary>
internal sealed class FeatureBins
{
    public const int Most = 32;
    private readonly byte[][] _bins;
    private readonly float[][] _edges;

    /// <summary>Cuts the columns of a matrix.</summary>
    /// <param name="features">The requests, a row each.</param>
    /// <param name="first">The first column that is cut; those before it have no bins.</param>
    /// <param name="work">Spreads the work.</param>
    public FeatureBins(Matrix features, int first, Work work)
    {
        First = first;
        _bins = new byte[features.Columns][];
        _edges = new float[features.Columns][];
        work.For(features.Columns - first, offset =>
        {
            int column = first + offset;
            float[] values = new float[features.Rows];
            for (int row = 0; row < values.Length; row++)
            {
                values[row] = features[row][column];
            }

            float[] sorted = [.. values.Order()];
            float[] edges = [.. Enumerable.Range(1, Most - 1).Select(i => Between(sorted, (int)((long)i * (sorted.Length - 1) / Most))).Distinct()];
            _edges[column] = edges;
            _bins[column] = [.. values.Select(value => (byte)Find(edges, value))];
        });
    }

    /// <summary>Gets the first column that has bins.</summary>
    public int First { get; }

    /// <summary>Gets how many columns there are, those without bins included.</summary>
    public int Columns => _bins.Length;

    /// <summary>Gets the bin of each request.</summary>
    public ReadOnlySpan<byte> Bins(int column) => _bins[column];

    /// <summary>Gets how many bins a feature has.</summary>
    public int Count(int column) => _edges[column].Length + 1;

    /// <summary>Gets the largest value of a bin.</summary>
    public float UpperEdge(int column, int bin) => _edges[column][bin];

    // Half-way to the next value, so that rounding elsewhere moves no request of the training data across.
    private static float Between(float[] sorted, int index)
    {
        float value = sorted[index];
        int next = index;
        while (next < sorted.Length - 1 && sorted[next] == value)
        {
            next++;
        }

        return value + ((sorted[next] - value) / 2);
    }

    // A value equal to an edge belongs below it, as in the finished tree.
    private static int Find(float[] edges, float value)
    {
        int found = Array.BinarySearch(edges, value);
        return found >= 0 ? found : ~found;
    }
}
