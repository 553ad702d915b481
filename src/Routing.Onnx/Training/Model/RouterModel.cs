using System.Buffers;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Holds everything that a trained router computes with.</summary>
/// <remarks>Immutable and thread-safe. A family that has no share in the blend is null.</remarks>
internal sealed class RouterModel
{
    public required Lexicon Lexicon { get; init; }

    public LinearModel? Linear { get; init; }

    public NeighbourModel? Neighbours { get; init; }

    public KernelModel? Kernel { get; init; }

    public TreesModel? Trees { get; init; }

    public NetworkModel? Network { get; init; }

    /// <summary>Gets each family's share for each target: linear, neighbours, kernel, trees, network.</summary>
    public required Matrix Blend { get; init; }

    /// <summary>Gets what is added to each target.</summary>
    public required float[] Bias { get; init; }

    /// <summary>Gets, for targets that are chances, the slope of the logistic function that calibrates them; 0 leaves a target as it is.</summary>
    public required float[] Slope { get; init; }

    /// <summary>Gets the logistic function's offset.</summary>
    public required float[] Offset { get; init; }

    /// <summary>Gets what calls of the target's models are expected to cost; null where their costs are unknown or follow from the length.</summary>
    public CostModel? Costs { get; init; }

    public int Targets => Bias.Length;

    /// <summary>Predicts the first targets: as many as there is room for.</summary>
    /// <param name="indices">The text's features.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="dense">Its dense measures.</param>
    /// <param name="embedding">Its embedding, where the lexicon takes one.</param>
    /// <param name="destination">Receives as many targets as there is room for.</param>
    /// <param name="costsUsd">Receives what calls cost, where there are <see cref="Costs"/>; empty when nobody asks.</param>
    public void Predict(
        ReadOnlySpan<int> indices, ReadOnlySpan<int> counts, ReadOnlySpan<float> dense, ReadOnlySpan<float> embedding, Span<double> destination, Span<double> costsUsd = default)
    {
        int targets = Math.Min(Targets, destination.Length);
        int size = Math.Max(Math.Max(Neighbours?.ScratchLength ?? 0, Kernel?.ScratchLength ?? 0), Network?.ScratchLength ?? 0);
        float[] rented = ArrayPool<float>.Shared.Rent(Lexicon.Width + size + (2 * targets));
        Span<float> features = rented.AsSpan(0, Lexicon.Width);
        Span<float> scratch = rented.AsSpan(Lexicon.Width, size);
        Span<float> one = rented.AsSpan(Lexicon.Width + size, targets);
        Span<float> sum = rented.AsSpan(Lexicon.Width + size + targets, targets);
        Lexicon.Describe(indices, counts, dense, embedding, features);
        ReadOnlySpan<float> latent = features[..Lexicon.LatentWidth];
        if (!costsUsd.IsEmpty)
        {
            Costs?.Predict(features, dense, costsUsd);
        }

        Bias.AsSpan(0, targets).CopyTo(sum);
        if (Linear is not null)
        {
            Linear.Predict(features, one);
            Add(0, one, sum);
        }

        if (Neighbours is not null)
        {
            Neighbours.Predict(latent, scratch, one);
            Add(1, one, sum);
        }

        if (Kernel is not null)
        {
            Kernel.Predict(latent, scratch, one);
            Add(2, one, sum);
        }

        if (Trees is not null)
        {
            Trees.Predict(features, one);
            Add(3, one, sum);
        }

        if (Network is not null)
        {
            Network.Predict(features, scratch, one);
            Add(4, one, sum);
        }

        for (int t = 0; t < targets; t++)
        {
            destination[t] = Slope[t] == 0 ? sum[t] : 1 / (1 + Math.Exp(-((Slope[t] * sum[t]) + Offset[t])));
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Checks that all parts fit together, so that a damaged file cannot make scoring fail later.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public void Validate()
    {
        int targets = Targets;
        int latent = Lexicon.LatentWidth;
        bool isSound = Lexicon.Rows.Length == 1 << Lexicon.Features.Bits
            && Lexicon.Weights.Length == Lexicon.Projection.Rows
            && !Lexicon.Rows.AsSpan().ContainsAnyExceptInRange(0, Lexicon.Weights.Length - 1)
            && Lexicon.DenseMean.Length == DenseFeatures.Count && Lexicon.DenseScale.Length == DenseFeatures.Count
            && (Lexicon.Embedding is not { } embedding || (embedding.Length > 0 && embedding.Dimensions > 0 && embedding.Offset.Length == embedding.Dimensions && embedding.Share is > 0 and <= 1))
            && (Lexicon.Difficulty is not { } difficulty
                || (difficulty.Centres.Columns == latent && Fits(difficulty.Coefficients, difficulty.Centres, 1) && difficulty.Bias.Length == 1))
            && Slope.Length == targets && Offset.Length == targets
            && (Linear is null || (Linear.Weights.Columns == Lexicon.Width && Linear.Weights.Rows == targets && Linear.Bias.Length == targets))
            && (Neighbours is null || (Neighbours.Examples.Columns == latent && Fits(Neighbours.Sums, Neighbours.Examples, targets) && Fits(Neighbours.Known, Neighbours.Examples, targets)))
            && (Kernel is null || (Kernel.Centres.Columns == latent && Fits(Kernel.Coefficients, Kernel.Centres, targets) && Kernel.Bias.Length == targets))
            && (Trees is null || (Trees.Bias.Length == targets && Trees.Trees.All(trees => trees.All(tree => !tree.Features.AsSpan().ContainsAnyExceptInRange(0, Lexicon.Width - 1)))))
            && (Network is null || (Network.Hidden.Columns == Lexicon.Width && Network.HiddenBias.Length == Network.Hidden.Rows && Fits(Network.Output, Network.Hidden, targets) && Network.Bias.Length == targets));
        if (!isSound)
        {
            throw new InvalidDataException("The router's parts do not fit together: its file is damaged. Train or copy it again.");
        }
    }

    private static bool Fits(Matrix values, Matrix vectors, int targets) => values.Columns == vectors.Rows && values.Rows == targets;

    private void Add(int family, ReadOnlySpan<float> prediction, Span<float> sum)
    {
        ReadOnlySpan<float> weights = Blend[family];
        for (int t = 0; t < sum.Length; t++)
        {
            sum[t] += weights[t] * prediction[t];
        }
    }
}
