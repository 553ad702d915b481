using System.Collections.Immutable;
using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Runs the families one after another and keeps what they found.</summary>
internal sealed class FamilyFits(TrainingTable table, Hints? hints, TrainerOptions options, Work work)
{
    // The order of the rows of a blend.
    private static readonly string[] Order =
        [TrainerFamilies.Linear, TrainerFamilies.Neighbours, TrainerFamilies.Kernel, TrainerFamilies.Boosting, TrainerFamilies.Network, TrainerFamilies.Hints];
    private const int Kernel = 2;
    private const int Hinted = 5;
    private LinearModel? _linear;
    private NeighbourModel? _neighbours;
    private KernelModel? _kernel;
    private TreesModel? _trees;
    private NetworkModel? _network;
    private KernelModel? _hinted;

    /// <summary>Gets what each family is expected to be worth in a blend beside the others, before anything is known of the data.</summary>
    /// <remarks>Chosen on six pairs of models and sizes from 100 to 1,530 requests (docs/adr/0012): what hints and measures tell, the others cannot.</remarks>
    public static ImmutableArray<double> ExpectedShares { get; } = [3, 3, 3, 6, 3, 8];

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
            progress?.Report(new TrainingProgress(Order[i], 0.3 + (0.12 * i)));
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

    public RouterModel ToModel(Lexicon lexicon, Matrix shares, float[] bias, float[] slope, float[] offset, CostModel? costs)
    {
        (KernelModel? kernel, Matrix blend) = Join(shares);
        return new()
        {
            Lexicon = lexicon,
            Linear = IsUsed(shares, 0) ? _linear : null,
            Neighbours = IsUsed(shares, 1) ? _neighbours : null,
            Kernel = kernel,
            Trees = IsUsed(shares, 3) ? _trees : null,
            Network = IsUsed(shares, 4) ? _network : null,
            Blend = blend,
            Bias = bias,
            Slope = slope,
            Offset = offset,
            Costs = costs,
        };
    }

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
            case TrainerFamilies.Network:
                (_network, heldOut) = NetworkFamily.Fit(table, options.Seed + 6, work);
                break;
            case TrainerFamilies.Hints:
                // Not null: not tried otherwise. The kernel's own centres and sharpness, so that the two are one when they are used.
                (_hinted, heldOut) = HintsFamily.Fit(table, hints!, _kernel?.Sharpness, new Random(options.Seed + 2), work);
                break;
            default:
                (_trees, heldOut) = BoostingFamily.Fit(table, options.Seed + 3, work);
                break;
        }

        return heldOut;
    }

    // Two kernel models with the same centres are one: their coefficients add up.
    private (KernelModel? Model, Matrix Blend) Join(Matrix shares)
    {
        Matrix blend = shares.Take([.. Enumerable.Range(0, Hinted)]);
        KernelModel? first = IsUsed(shares, Kernel) ? _kernel : null;
        KernelModel? second = IsUsed(shares, Hinted) ? _hinted : null;
        if (second is null)
        {
            return (first, blend);
        }

        var coefficients = new Matrix(table.Targets, second.Coefficients.Columns);
        float[] bias = new float[table.Targets];
        for (int t = 0; t < table.Targets; t++)
        {
            Add(second, t, shares[Hinted][t]);
            Add(first, t, shares[Kernel][t]);
        }

        blend[Kernel].Fill(1);
        return (new KernelModel(second.Centres, coefficients, bias, second.Sharpness), blend);

        void Add(KernelModel? model, int target, float share)
        {
            if (model is not null)
            {
                TensorPrimitives.MultiplyAdd(model.Coefficients[target], share, coefficients[target], coefficients[target]);
                bias[target] += share * model.Bias[target];
            }
        }
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
