using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training;

/// <summary>Says what a router learns to tell.</summary>
/// <remarks>Immutable.</remarks>
public sealed record TrainingTarget
{
    private TrainingTarget(TrainingTargetKind kind, ImmutableArray<string> models)
    {
        Kind = kind;
        Models = models;
    }

    /// <summary>Gets the kind of target.</summary>
    public TrainingTargetKind Kind { get; }

    /// <summary>Gets the models whose answers are predicted.</summary>
    /// <value>Strong and weak for a pair; all for a pool; none for complexity.</value>
    public ImmutableArray<string> Models { get; }

    /// <summary>Gets the target of telling simple from complex requests by their labels.</summary>
    public static TrainingTarget Complexity { get; } = new(TrainingTargetKind.Complexity, []);

    /// <summary>Learns which requests need the strong model of two.</summary>
    /// <param name="strong">The strong, dear model, as the data spells it.</param>
    /// <param name="weak">The weak, cheap model, as the data spells it.</param>
    /// <exception cref="ArgumentException">A name is empty, or both are the same.</exception>
    public static TrainingTarget Pair(string strong, string weak)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(strong);
        ArgumentException.ThrowIfNullOrWhiteSpace(weak);
        return strong != weak
            ? new TrainingTarget(TrainingTargetKind.Pair, [strong, weak])
            : throw new ArgumentException($"The strong and the weak model are both '{strong}'; name two models.", nameof(weak));
    }

    /// <summary>Learns each model's chance of a good answer.</summary>
    /// <param name="models">The models, as the data spells them; at least one, each once.</param>
    /// <exception cref="ArgumentException">There is none, a name is empty, or one is there twice.</exception>
    public static TrainingTarget Pool(IEnumerable<string> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        ImmutableArray<string> all = [.. models];
        if (all.IsEmpty || all.Any(string.IsNullOrWhiteSpace) || all.Distinct(StringComparer.Ordinal).Count() != all.Length)
        {
            throw new ArgumentException("A pool needs at least one model, and each of them once.", nameof(models));
        }

        return new TrainingTarget(TrainingTargetKind.Pool, all);
    }
}
