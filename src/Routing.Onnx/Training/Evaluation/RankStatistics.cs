namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Measures how well scores put rows in order; ties count half, so that no order of the data can help.</summary>
public static class RankStatistics
{
    /// <summary>Computes the area under the ROC curve: the chance that a row labelled 1 scores above one labelled 0.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="labels">1 or 0; rows with another label are left out.</param>
    /// <returns>0 to 1, 0.5 for scores that know nothing; NaN when a label does not occur.</returns>
    /// <exception cref="ArgumentException">There is not one label for each score.</exception>
    public static double Auc(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        CheckLengths(scores, labels);
        List<double> kept = [];
        List<bool> positive = [];
        for (int i = 0; i < scores.Length; i++)
        {
            if (labels[i] is 0 or 1)
            {
                kept.Add(scores[i]);
                positive.Add(labels[i] == 1);
            }
        }

        // Mann and Whitney: the sum of the ranks of one class says how often it wins.
        double[] ranks = Ranks([.. kept]);
        double ones = 0;
        double sum = 0;
        for (int i = 0; i < ranks.Length; i++)
        {
            ones += positive[i] ? 1 : 0;
            sum += positive[i] ? ranks[i] : 0;
        }

        double zeros = ranks.Length - ones;
        return ones > 0 && zeros > 0 ? (sum - ones * (ones + 1) / 2) / (ones * zeros) : double.NaN;
    }

    /// <summary>Computes Spearman's rank correlation.</summary>
    /// <param name="one">The one row of numbers.</param>
    /// <param name="other">The other.</param>
    /// <returns>-1 to 1; NaN when one of them is constant.</returns>
    /// <exception cref="ArgumentException">They are not of the same length.</exception>
    public static double Spearman(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        CheckLengths(one, other);
        double[] x = Ranks(one);
        double[] y = Ranks(other);
        double mean = (x.Length + 1) / 2.0;
        double xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
            xy += (x[i] - mean) * (y[i] - mean);
        }

        return xy / Math.Sqrt(xx * yy);
    }

    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] rows = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(sorted, rows);
        double[] ranks = new double[values.Length];
        for (int i = 0; i < sorted.Length;)
        {
            int first = i;
            while (i < sorted.Length && sorted[i].Equals(sorted[first]))
            {
                i++;
            }

            for (int tied = first; tied < i; tied++)
            {
                ranks[rows[tied]] = (first + 1 + i) / 2.0;
            }
        }

        return ranks;
    }

    private static void CheckLengths(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        if (one.Length != other.Length)
        {
            throw new ArgumentException($"There are {one.Length} and {other.Length} numbers; there must be as many of both.", nameof(other));
        }
    }
}
