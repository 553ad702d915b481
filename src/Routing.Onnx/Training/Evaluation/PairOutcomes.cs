using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Holds what a strong and a weak model did with the same requests: how well each answered, and what each call cost.</summary>
/// <remarks>
/// Immutable, safe for concurrent use. A cost that is not known (NaN, infinite or negative) is replaced by the mean of that model's known
/// costs, so that one missing price does not move a total; a model with no known cost at all leaves <see cref="HasCosts"/> false.
/// </remarks>
public sealed class PairOutcomes
{
    /// <summary>Takes one number per request from each array; the arrays are copied.</summary>
    /// <param name="strongQuality">The strong model's quality, 0 to 1.</param>
    /// <param name="weakQuality">The weak model's quality, 0 to 1.</param>
    /// <param name="strongCostUsd">What the strong model's call cost; NaN when unknown.</param>
    /// <param name="weakCostUsd">What the weak model's call cost; NaN when unknown.</param>
    /// <exception cref="ArgumentException">The lengths differ, there is no row, or a quality is not between 0 and 1.</exception>
    public PairOutcomes(
        ReadOnlySpan<double> strongQuality,
        ReadOnlySpan<double> weakQuality,
        ReadOnlySpan<double> strongCostUsd,
        ReadOnlySpan<double> weakCostUsd)
    {
        int count = strongQuality.Length;
        if (count == 0)
        {
            throw new ArgumentException("There are no rows to evaluate; give at least one row that has both models' scores.", nameof(strongQuality));
        }

        if (weakQuality.Length != count || strongCostUsd.Length != count || weakCostUsd.Length != count)
        {
            throw new ArgumentException($"The four arrays have {count}, {weakQuality.Length}, {strongCostUsd.Length} and {weakCostUsd.Length} numbers; they must have one for each request.", nameof(weakQuality));
        }

        StrongQuality = Checked(strongQuality, nameof(strongQuality));
        WeakQuality = Checked(weakQuality, nameof(weakQuality));
        StrongCostUsd = CostColumn.Fill(strongCostUsd, out bool strongKnown);
        WeakCostUsd = CostColumn.Fill(weakCostUsd, out bool weakKnown);
        HasCosts = strongKnown && weakKnown;
        MeanStrongQuality = Mean(StrongQuality);
        MeanWeakQuality = Mean(WeakQuality);
        MeanStrongCostUsd = Mean(StrongCostUsd);
        MeanWeakCostUsd = Mean(WeakCostUsd);
    }

    /// <summary>Gets the number of requests.</summary>
    public int Count => StrongQuality.Length;

    /// <summary>Gets the strong model's quality for each request, 0 to 1.</summary>
    public ImmutableArray<double> StrongQuality { get; }

    /// <summary>Gets the weak model's quality for each request, 0 to 1.</summary>
    public ImmutableArray<double> WeakQuality { get; }

    /// <summary>Gets what the strong model's call cost for each request, in USD.</summary>
    public ImmutableArray<double> StrongCostUsd { get; }

    /// <summary>Gets what the weak model's call cost for each request, in USD.</summary>
    public ImmutableArray<double> WeakCostUsd { get; }

    /// <summary>Gets whether both models have known costs; without them nothing can be said about savings.</summary>
    public bool HasCosts { get; }

    /// <summary>Gets the strong model's mean quality, 0 to 1.</summary>
    public double MeanStrongQuality { get; }

    /// <summary>Gets the weak model's mean quality, 0 to 1.</summary>
    public double MeanWeakQuality { get; }

    /// <summary>Gets the strong model's mean cost of a call, in USD.</summary>
    public double MeanStrongCostUsd { get; }

    /// <summary>Gets the weak model's mean cost of a call, in USD.</summary>
    public double MeanWeakCostUsd { get; }

    /// <summary>Takes some of the requests, in the order given.</summary>
    /// <param name="rows">Indices from 0; one may occur twice.</param>
    /// <exception cref="ArgumentException">No index was given.</exception>
    /// <exception cref="IndexOutOfRangeException">An index is not one of a request.</exception>
    public PairOutcomes Subset(ReadOnlySpan<int> rows)
    {
        double[] columns = new double[rows.Length * 4];
        Span<double> strongQuality = columns.AsSpan(0, rows.Length);
        Span<double> weakQuality = columns.AsSpan(rows.Length, rows.Length);
        Span<double> strongCost = columns.AsSpan(2 * rows.Length, rows.Length);
        Span<double> weakCost = columns.AsSpan(3 * rows.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            strongQuality[i] = StrongQuality[row];
            weakQuality[i] = WeakQuality[row];
            strongCost[i] = StrongCostUsd[row];
            weakCost[i] = WeakCostUsd[row];
        }

        return new(strongQuality, weakQuality, strongCost, weakCost);
    }

    /// <summary>Joins two sets of requests, these first.</summary>
    /// <param name="other">The other set.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    public PairOutcomes Append(PairOutcomes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(
            [.. StrongQuality, .. other.StrongQuality], [.. WeakQuality, .. other.WeakQuality],
            [.. StrongCostUsd, .. other.StrongCostUsd], [.. WeakCostUsd, .. other.WeakCostUsd]);
    }

    private static ImmutableArray<double> Checked(ReadOnlySpan<double> values, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] is >= 0 and <= 1))
            {
                throw new ArgumentException($"Row {i} has the quality {values[i]}; it must be between 0 and 1. Scale the scores, or leave the row out.", name);
            }
        }

        return [.. values];
    }

    private static double Mean(ImmutableArray<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
