using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Runs the families one after another and keeps what they found.</summary>
internal sealed class FamilyFits(TrainingTable table, Hints? hints, TrainerOptions options, Work work)
{
    // The order of the rows of a blend.
    private static readonly string[] Order = [TrainerFamilies.Linear, TrainerFamilies.Neighbours, TrainerFamilies.Kernel, TrainerFamilies.Boosting, TrainerFamilies.Hints];
    private LinearModel? _linear;
    private NeighbourModel? _neighbours;
    private KernelModel? _kernel;
    private TreesModel? _trees;
    private KernelModel? _hinted;

    /// <summary>Gets each family's predictions of requests that it did not see; null for what was not tried.</summary>
    public Matrix?[] HeldOut { get; } = new Matrix?[Order.Length];

    public void Run(IProgress<TrainingProgress>? progress, Func<bool> isLate)
    {
        bool isFirst = true;
        for (int i = 0; i < Order.Length; i++)
        {
            if (!options.Families.Contains(Order[i]) || (Order[i] == TrainerFamilies.Hints && hints is null) || (!isFirst && isLate()))
            {
                continue;
            }

            work.CancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new TrainingProgress(Order[i], 0.3 + (0.13 * i)));
            isFirst = false;
            HeldOut[i] = Fit(Order[i]);
        }
    }

    public Matrix Blend(Matrix shares, float[] bias)
    {
        var blended = new Matrix(table.Rows, table.Targets);
        for (int row = 0; row < table.Rows; row++)
        {
            for (int t = 0; t < table.Targets; t++)
            {
                blended[row][t] = bias[t];
                for (int family = 0; family < HeldOut.Length; family++)
                {
                    blended[row][t] += HeldOut[family] is { } predictions ? shares[family][t] * predictions[row][t] : 0;
                }
            }
        }

        return blended;
    }

    public ImmutableArray<FamilyScore> Scores(Matrix shares, bool hasGap)
    {
        float total = Math.Max(1e-9f, Enumerable.Range(0, shares.Rows).Sum(family => Mean(shares[family])));
        return [.. Enumerable.Range(0, HeldOut.Length).Where(family => HeldOut[family] is not null).Select(family => new FamilyScore(
            Order[family], HeldOutMeasure.Measure(HeldOut[family]!, table, hasGap), Mean(shares[family]) / total))]; // Not null: filtered.
    }

    public RouterModel ToModel(Lexicon lexicon, Matrix shares, float[] bias, float[] slope, float[] offset) => new()
    {
        Lexicon = lexicon,
        Linear = IsUsed(shares, 0) ? _linear : null,
        Neighbours = IsUsed(shares, 1) ? _neighbours : null,
        Kernel = IsUsed(shares, 2) ? _kernel : null,
        Trees = IsUsed(shares, 3) ? _trees : null,
        Hinted = IsUsed(shares, 4) ? _hinted : null,
        Blend = shares,
        Bias = bias,
        Slope = slope,
        Offset = offset,
    };

    // A seed for each family, so that leaving one out changes no other.
    private Matrix Fit(string family)
    {
        Matrix heldOut;
        switch (family)
        {
            case TrainerFamilies.Linear:
                (_linear, heldOut) = LinearFamily.Fit(table, work);
                break;
            case TrainerFamilies.Neighbours:
                (_neighbours, heldOut) = NeighboursFamily.Fit(table, new Random(options.Seed + 1), work);
                break;
            case TrainerFamilies.Kernel:
                (_kernel, heldOut) = KernelFamily.Fit(table, new Random(options.Seed + 2), work);
                break;
            case TrainerFamilies.Hints:
                (_hinted, heldOut) = HintsFamily.Fit(table, hints!, new Random(options.Seed + 2), work); // Not null: not tried otherwise. The kernel's centres.
                break;
            default:
                (_trees, heldOut) = BoostingFamily.Fit(table, options.Seed + 3, work);
                break;
        }

        return heldOut;
    }

    private static bool IsUsed(Matrix shares, int family) => shares[family].ContainsAnyExcept(0f);

    private static float Mean(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
