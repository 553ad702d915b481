using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Holds what each model of a pool did with the same requests.</summary>
/// <remarks>Immutable as long as its arrays are left alone; they are not copied, since a pool of fifty models over ten thousand requests is large. A cost that is not known becomes the mean of that model's known ones.</remarks>
public sealed class PoolOutcomes
{
    /// <summary>Takes quality and cost, one array for each model, one number for each request.</summary>
    /// <param name="models">The models' names.</param>
    /// <param name="quality">Quality by model, then request, 0 to 1.</param>
    /// <param name="costUsd">Cost by model, then request, in USD; NaN when unknown.</param>
    /// <exception cref="ArgumentException">There is no model or request, lengths differ, a quality is out of range, or a model has no known cost.</exception>
    public PoolOutcomes(ImmutableArray<string> models, double[][] quality, double[][] costUsd)
    {
        ArgumentNullException.ThrowIfNull(quality);
        ArgumentNullException.ThrowIfNull(costUsd);
        if (models.IsDefaultOrEmpty || quality.Length != models.Length || costUsd.Length != models.Length)
        {
            throw new ArgumentException($"There are {(models.IsDefault ? 0 : models.Length)} models, {quality.Length} arrays of quality and {costUsd.Length} of cost; there must be one of each per model.", nameof(models));
        }

        Models = models;
        Quality = quality;
        Count = quality[0].Length;
        CostUsd = new ImmutableArray<double>[models.Length];
        MeanQuality = new double[models.Length];
        MeanCostUsd = new double[models.Length];
        for (int model = 0; model < models.Length; model++)
        {
            if (Count == 0 || quality[model].Length != Count || costUsd[model].Length != Count)
            {
                throw new ArgumentException($"Model '{models[model]}' has {quality[model].Length} qualities and {costUsd[model].Length} costs; each model must have {Math.Max(Count, 1)}.", nameof(quality));
            }

            CostUsd[model] = CostColumn.Fill(costUsd[model], out bool known);
            if (!known)
            {
                throw new ArgumentException($"Model '{models[model]}' has no known cost; leave it out of the pool, or price its calls.", nameof(costUsd));
            }

            for (int row = 0; row < Count; row++)
            {
                if (!(quality[model][row] is >= 0 and <= 1))
                {
                    throw new ArgumentException($"Row {row} of model '{models[model]}' has the quality {quality[model][row]}; it must be between 0 and 1.", nameof(quality));
                }

                MeanQuality[model] += quality[model][row] / Count;
                MeanCostUsd[model] += CostUsd[model][row] / Count;
            }
        }

        for (int model = 1; model < models.Length; model++)
        {
            BestSingle = MeanQuality[model] > MeanQuality[BestSingle] ? model : BestSingle;
        }
    }

    /// <summary>Gets the models' names.</summary>
    public ImmutableArray<string> Models { get; }

    /// <summary>Gets the number of requests.</summary>
    public int Count { get; }

    /// <summary>Gets the index of the model with the best mean quality on these requests; the first one of equals.</summary>
    public int BestSingle { get; }

    internal double[][] Quality { get; }

    internal ImmutableArray<double>[] CostUsd { get; }

    internal double[] MeanQuality { get; }

    internal double[] MeanCostUsd { get; }
}
