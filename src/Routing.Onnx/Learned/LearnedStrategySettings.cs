using System.Collections.Frozen;

namespace LlmRouting.Onnx.Learned;

/// <summary>Says how a <see cref="LearnedStrategy"/> uses its router.</summary>
/// <remarks>Immutable.</remarks>
public sealed record LearnedStrategySettings
{
    /// <summary>Gets what the strategy is called in configuration and records.</summary>
    /// <value>Default <c>learned</c>.</value>
    public string Name { get; init; } = "learned";

    /// <summary>Gets the threshold.</summary>
    /// <value>For a pair, the need (<see cref="Training.Calibration.NeedPerUsd.Join"/>) at and above which a request goes to the strong model; any number, infinities too. For a pool, the least chance of a good answer
    /// with which a model is good enough, 0 to 1. Null, the default, takes the one in the router's file: <c>promise-per-expected-usd</c> or <c>promise-per-usd</c>, else
    /// <c>budget-per-expected-usd</c> or <c>budget-per-usd</c> (a pair, by the need per USD), or <c>quality-per-expected-usd</c> or <c>quality-per-usd</c> (a pool, by
    /// <see cref="Training.Calibration.PoolChoice"/>: the greatest corrected chance less expected cost), else <c>promise</c>, <c>share</c> or <c>budget</c>.</value>
    public double? Threshold { get; init; }

    /// <summary>Gets which registered model is meant by a name in the router's file.</summary>
    /// <value>Name in the training data to model id. A name that is not in it is a model id itself. Default empty.</value>
    public FrozenDictionary<string, string> Models { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Gets below which share of wording that training knew the strategy abstains.</summary>
    /// <value>0 (never) to 1; default 0.25: another language, or no language at all, when trained on English.</value>
    public double MinKnownShare { get; init; } = 0.25;

    /// <summary>Gets how sure the strategy says it is when it has an opinion.</summary>
    /// <value>0 to 1; default 0.9. One number, because a threshold that keeps a promise keeps it only when it decides on both of its sides.</value>
    public double Confidence { get; init; } = 0.9;

    /// <summary>Gets how embeddings are asked for, where the router was trained with them.</summary>
    /// <value>Default: within a second, and not for 15 seconds after a failure.</value>
    public LearnedEmbeddingSettings Embedding { get; init; } = new();

    /// <summary>Gets how often the router's file is looked at, where the strategy was added by its file.</summary>
    /// <value>Greater than 0; default 15 s; null never. A changed file is loaded and checked, and replaces the router in use; one that cannot be used is
    /// reported once and leaves it in force.</value>
    public TimeSpan? ReloadPeriod { get; init; } = TimeSpan.FromSeconds(15);
}
