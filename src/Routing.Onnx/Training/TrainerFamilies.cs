using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training;

/// <summary>Names the families of models that <see cref="RouterTrainer"/> tries.</summary>
public static class TrainerFamilies
{
    /// <summary>Regularised linear regression on the latent vector and the dense measures.</summary>
    public const string Linear = "linear";

    /// <summary>Similarity-weighted neighbours among the training requests, by their latent vectors.</summary>
    public const string Neighbours = "neighbours";

    /// <summary>Kernel ridge regression (the mean of a Gaussian process) over the latent vectors.</summary>
    public const string Kernel = "kernel";

    /// <summary>Gradient-boosted shallow trees on the dense measures: the form of a request, whatever its words.</summary>
    public const string Boosting = "boosting";

    /// <summary>Small neural networks with one hidden layer on the latent vector and the dense measures, averaged.</summary>
    /// <remarks>Tried where <see cref="TrainerOptions.Families"/> name it: it is none of <see cref="Default"/> (docs/adr/0012).</remarks>
    public const string Network = "network";

    /// <summary>Kernel ridge regression that learns from what is known of a training request besides its results: its group, and what other models did.</summary>
    /// <remarks>Tried for a pair or a pool, where there are groups or other models.</remarks>
    public const string Hints = "hints";

    /// <summary>Gets all of them.</summary>
    public static ImmutableArray<string> All { get; } = [Linear, Neighbours, Kernel, Boosting, Network, Hints];

    /// <summary>Gets those that are tried where none are named.</summary>
    public static ImmutableArray<string> Default { get; } = [Linear, Neighbours, Kernel, Boosting, Hints];
}
