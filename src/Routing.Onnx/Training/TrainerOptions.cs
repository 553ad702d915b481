using System.Collections.Immutable;
using LlmRouting.Learning;

namespace LlmRouting.Onnx.Training;

/// <summary>Says what a <see cref="RouterTrainer"/> trains, and how.</summary>
/// <remarks>Immutable.</remarks>
public sealed record TrainerOptions
{
    /// <summary>Gets what the router learns to tell.</summary>
    public required TrainingTarget Target { get; init; }

    /// <summary>Gets where chance starts from. The same seed, data and options give the same router, whatever <see cref="Threads"/> is.</summary>
    /// <value>Default 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Gets how many threads work.</summary>
    /// <value>At least 1; default 0, which is one for each processor.</value>
    public int Threads { get; init; }

    /// <summary>Gets after how long no further family is tried; what was trained by then is what is used.</summary>
    /// <value>Null, the default, is no limit. With a limit the router depends on the machine's speed.</value>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Gets which families of models are tried.</summary>
    /// <value>Names of <see cref="TrainerFamilies"/>; default <see cref="TrainerFamilies.Default"/>.</value>
    public ImmutableArray<string> Families { get; init; } = TrainerFamilies.Default;

    /// <summary>Gets into how many parts the data is cut to compare the families: each part is predicted by models that did not see it.</summary>
    /// <value>2 to 20; default 5. What is alike (the same opening words) falls into the same part.</value>
    public int Folds { get; init; } = 5;

    /// <summary>Gets how many latent dimensions a text is reduced to.</summary>
    /// <value>4 to 256; default 64. Fewer are used when there are few requests.</value>
    public int Dimensions { get; init; } = 64;

    /// <summary>Gets how many hashed features are kept at the most, the most frequent first; bounds the size of the router.</summary>
    /// <value>256 to 1,048,576; default 32,768.</value>
    public int MaxFeatures { get; init; } = 32768;

    /// <summary>Gets how text becomes features.</summary>
    public FeatureHasherSettings Features { get; init; } = FeatureHasherSettings.Default;

    /// <summary>Gets what made the requests' embeddings (<see cref="Data.LabelledRequest.Embedding"/>).</summary>
    /// <value>The id that a generator's metadata names; null, the default, is unknown. Kept with the router: a host whose generator says that it is another model does not start.</value>
    public string? EmbeddingModelId { get; init; }

    /// <summary>Names the first option out of range.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Target);
        ArgumentNullException.ThrowIfNull(Features);
        ThrowUnless(Threads >= 0, nameof(Threads), Threads, "0 or more");
        ThrowUnless(Folds is >= 2 and <= 20, nameof(Folds), Folds, "2 to 20");
        ThrowUnless(Dimensions is >= 4 and <= 256, nameof(Dimensions), Dimensions, "4 to 256");
        ThrowUnless(MaxFeatures is >= 256 and <= 1 << 20, nameof(MaxFeatures), MaxFeatures, "256 to 1048576");
        _ = new FeatureHasher(Features); // Checks the settings.
        string? unknown = Families.IsDefaultOrEmpty ? "none" : Families.FirstOrDefault(static family => !TrainerFamilies.All.Contains(family));
        if (unknown is not null)
        {
            throw new ArgumentException($"The families hold '{unknown}'; name one or more of {string.Join(", ", TrainerFamilies.All)}.", nameof(Families));
        }
    }

    private static void ThrowUnless(bool isValid, string name, int value, string range)
    {
        if (!isValid)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The option {name} is {value}; it must be {range}.");
        }
    }
}
