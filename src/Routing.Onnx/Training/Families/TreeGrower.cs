using LlmRouting.Onnx.Training.Model;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Grows boosted trees level by level from histograms.</summary>
/// <param name="bins">The columns that a tree may split by, cut into bins.</param>
/// <param name="random">Chooses the requests and columns of each tree.</param>
internal sealed class TreeGrower(FeatureBins bins, Random random)
{
    private const int Depth = TreeShape.Depth;
    private const int Nodes = (1 << Depth) - 1;
    private const double LearningRate = 0.02;
    private const double RowShare = 0.5;
    private const double ColumnShare = 1.0 / 3;
    private const double LeastRows = 15;

    // Pulls leaves of few requests towards zero.
    private const double Ridge = 10;

    public (Tree[] Trees, float Bias) Grow(int[] rows, float[] labels, int count, CancellationToken cancellationToken)
    {
        float bias = rows.Length == 0 ? 0 : rows.Average(row => labels[row]);
        float[] residuals = [.. labels.Select(label => label - bias)];
        int[] columns = [.. Enumerable.Range(bins.First, bins.Columns - bins.First)];
        int columnCount = Math.Max(1, (int)Math.Round(columns.Length * ColumnShare));
        int[] sample = [.. rows];
        Tree[] trees = new Tree[count];
        byte[] nodes = new byte[labels.Length];
        for (int t = 0; t < count; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.Shuffle(columns);
            random.Shuffle(sample);
            trees[t] = GrowOne(sample.AsSpan(0, (int)Math.Ceiling(sample.Length * RowShare)), columns.AsSpan(0, columnCount), residuals, nodes, rows);
        }

        return (trees, bias);
    }

    private Tree GrowOne(ReadOnlySpan<int> sample, ReadOnlySpan<int> columns, float[] residuals, byte[] nodes, int[] rows)
    {
        int[] features = new int[Nodes];
        float[] thresholds = new float[Nodes];
        int[] cuts = new int[Nodes];
        Array.Clear(nodes);
        for (int depth = 0; depth < Depth; depth++)
        {
            int first = (1 << depth) - 1;
            int width = 1 << depth;
            double[] gains = new double[width];
            for (int node = first; node < first + width; node++)
            {
                // No split worth making: everything goes left.
                (features[node], thresholds[node], cuts[node]) = (0, float.MaxValue, FeatureBins.Most);
            }

            foreach (int column in columns)
            {
                FindSplits(sample, column, residuals, nodes, first, width, gains, features, thresholds, cuts);
            }

            foreach (int row in rows)
            {
                int node = nodes[row];
                nodes[row] = (byte)((2 * node) + (cuts[node] == FeatureBins.Most || bins.Bins(features[node])[row] <= cuts[node] ? 1 : 2));
            }
        }

        return new Tree(features, thresholds, Leaves(sample, residuals, nodes, rows));
    }

    private void FindSplits(
        ReadOnlySpan<int> sample, int column, float[] residuals, byte[] nodes, int first, int width, double[] gains, int[] features, float[] thresholds, int[] cuts)
    {
        Span<double> sums = stackalloc double[width * FeatureBins.Most];
        Span<double> counts = stackalloc double[width * FeatureBins.Most];
        sums.Clear();
        counts.Clear();
        ReadOnlySpan<byte> of = bins.Bins(column);
        foreach (int row in sample)
        {
            int cell = ((nodes[row] - first) * FeatureBins.Most) + of[row];
            sums[cell] += residuals[row];
            counts[cell]++;
        }

        for (int node = 0; node < width; node++)
        {
            Span<double> sum = sums.Slice(node * FeatureBins.Most, FeatureBins.Most);
            Span<double> count = counts.Slice(node * FeatureBins.Most, FeatureBins.Most);
            double all = 0;
            double rows = 0;
            for (int bin = 0; bin < sum.Length; bin++)
            {
                all += sum[bin];
                rows += count[bin];
            }

            double left = 0;
            double leftRows = 0;
            for (int bin = 0; bin < bins.Count(column) - 1; bin++)
            {
                left += sum[bin];
                leftRows += count[bin];
                if (leftRows < LeastRows || rows - leftRows < LeastRows)
                {
                    continue;
                }

                double gain = (left * left / (leftRows + Ridge)) + ((all - left) * (all - left) / (rows - leftRows + Ridge)) - (all * all / (rows + Ridge));
                if (gain > gains[node])
                {
                    gains[node] = gain;
                    (features[first + node], thresholds[first + node], cuts[first + node]) = (column, bins.UpperEdge(column, bin), bin);
                }
            }
        }
    }

    private static float[] Leaves(ReadOnlySpan<int> sample, float[] residuals, byte[] nodes, int[] rows)
    {
        double[] sums = new double[Nodes + 1];
        double[] counts = new double[Nodes + 1];
        foreach (int row in sample)
        {
            sums[nodes[row] - Nodes] += residuals[row];
            counts[nodes[row] - Nodes]++;
        }

        float[] leaves = [.. sums.Select((sum, leaf) => (float)(LearningRate * sum / (counts[leaf] + Ridge)))];
        foreach (int row in rows)
        {
            residuals[row] -= leaves[nodes[row] - Nodes];
        }

        return leaves;
    }
}
