using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Says how good predictions of unseen requests are, in the measure that fits the target.</summary>
internal static class HeldOutMeasure
{
    /// <summary>Measures predictions.</summary>
    /// <param name="predictions">One column for each target.</param>
    /// <param name="table">The truth.</param>
    /// <param name="hasGap">Whether the first target is the gap of a pair.</param>
    public static double Measure(Matrix predictions, TrainingTable table, bool hasGap)
    {
        if (hasGap)
        {
            return Apgr(Column(predictions, table, 0), Column(table.Labels, table, 0));
        }

        double[] areas = [.. Enumerable.Range(0, table.Targets)
            .Select(t => Auc(Column(predictions, table, t), Column(table.Labels, table, t))).Where(double.IsFinite)];
        return areas.Length == 0 ? double.NaN : areas.Average();
    }

    /// <summary>Averages the share of the gap that is recovered over all shares of calls to the strong model (RouteLLM, arXiv:2406.18665).</summary>
    public static double Apgr(double[] scores, double[] gaps)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
        double total = gaps.Sum();
        double recovered = 0;
        double area = 0;
        foreach (int i in order)
        {
            // Trapezes between one call more and one call less.
            area += recovered + (gaps[i] / 2);
            recovered += gaps[i];
        }

        return total <= 0 ? double.NaN : area / (total * scores.Length);
    }

    /// <summary>Gets the chance that a good answer is scored above one that is not, ties counted half.</summary>
    public static double Auc(double[] scores, double[] labels)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length).OrderBy(i => scores[i])];
        double positives = labels.Count(static label => label >= 0.5);
        double negatives = labels.Length - positives;
        double ranks = 0;
        for (int i = 0; i < order.Length;)
        {
            int end = i;
            while (end < order.Length && scores[order[end]] == scores[order[i]])
            {
                end++;
            }

            double rank = (i + end + 1) / 2.0;
            for (; i < end; i++)
            {
                ranks += labels[order[i]] >= 0.5 ? rank : 0;
            }
        }

        return positives == 0 || negatives == 0 ? double.NaN : (ranks - (positives * (positives + 1) / 2)) / (positives * negatives);
    }

    private static double[] Column(Matrix matrix, TrainingTable table, int target) =>
        [.. Enumerable.Range(0, matrix.Rows).Where(row => table.Known[row][target] > 0).Select(row => (double)matrix[row][target])];
}
