using System.Collections.Immutable;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;

namespace LlmRouting.Onnx.Learned;

/// <summary>Holds a router and the threshold, or the choice among a pool, that it decides by; replaced whole when the router's file changes.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class LearnedPolicy
{
    private const int MostOutputs = 3;
    private static readonly string[] ThresholdNames = ["promise", "share", "budget"];
    private static readonly string[] PerUsdNames =
    [
        NeedPerUsd.PromiseByWordsThreshold, NeedPerUsd.PromiseThreshold, NeedPerUsd.BudgetByWordsThreshold, NeedPerUsd.BudgetThreshold, PoolChoice.QualityByWordsName, PoolChoice.QualityPerUsdName,
    ];

    private readonly NeedPerUsd? _perUsd;

    public LearnedPolicy(TrainedRouter router, LearnedStrategySettings settings)
    {
        if (router.Target.Kind == TrainingTargetKind.Complexity)
        {
            throw new ArgumentException("The router was trained on complexity and names no models. Use it with AddLearnedClassifier, or train one for a pair or a pool.", nameof(router));
        }

        string? stranger = settings.Models.Keys.FirstOrDefault(name => !router.Target.Models.Contains(name));
        if (stranger is not null)
        {
            throw new ArgumentException($"Models names '{stranger}', for which the router was not trained; it knows {List(router.Target.Models)}.", nameof(settings));
        }

        Router = router;
        Choice = settings.Threshold is null && !IsPair ? PoolChoice.ReadFrom(router.Thresholds, router.Target.Models) : null;
        (Threshold, _perUsd) = settings.Threshold is { } set ? (set, null) : Choice is null ? Stored(router) : (0, null);
        if (double.IsNaN(Threshold) || (!IsPair && !(Threshold is >= 0 and <= 1)))
        {
            throw new ArgumentException($"The threshold is {Threshold}; for a pair it must be a number, for a pool a chance between 0 and 1.", nameof(settings));
        }

        ThrowUnlessCostsAreTold(router);
        Models = [.. router.Target.Models.Select(name => settings.Models.GetValueOrDefault(name, name))];
    }

    public TrainedRouter Router { get; }

    public double Threshold { get; }

    /// <summary>Gets what chooses among a pool in place of the threshold; null where the threshold does.</summary>
    public PoolChoice? Choice { get; }

    public ImmutableArray<string> Models { get; }

    public bool IsPair => Router.Target.Kind == TrainingTargetKind.Pair;

    /// <summary>Scores a request for a pair, on the scale of the threshold.</summary>
    /// <param name="text">The text.</param>
    /// <param name="embedding">Its embedding, which fits; not looked at by a router that needs none.</param>
    /// <param name="knownShare">How much of its wording training knew.</param>
    public double Need(string text, ReadOnlySpan<float> embedding, out double knownShare)
    {
        Span<double> outputs = stackalloc double[MostOutputs];
        Span<double> costs = stackalloc double[2];
        Router.Score(text, embedding, outputs, costs, out knownShare);
        PairScore score = PairScore.From(outputs, costs);
        return _perUsd is null ? score.Need : _perUsd.Order(score, text.Length);
    }

    private void ThrowUnlessCostsAreTold(TrainedRouter router)
    {
        if ((_perUsd?.IsByWords == true || Choice?.IsByWords == true) && router.Model.Costs?.IsComplete != true)
        {
            throw new ArgumentException("The router's file decides by costs that are expected from the words, but the router tells none, or not those of every model. Train and calibrate it again.", nameof(router));
        }
    }

    // What saves more comes first: a threshold of the need per USD, where the file holds that order too.
    private static (double Threshold, NeedPerUsd? PerUsd) Stored(TrainedRouter router)
    {
        if (router.Target.Kind == TrainingTargetKind.Pair && NeedPerUsd.ReadFrom(router.Thresholds) is { } perUsd)
        {
            foreach (string name in (ReadOnlySpan<string>)[perUsd.PromiseName, perUsd.BudgetName])
            {
                if (router.Thresholds.TryGetValue(name, out double threshold))
                {
                    return (threshold, perUsd);
                }
            }
        }

        foreach (string name in ThresholdNames)
        {
            if (router.Thresholds.TryGetValue(name, out double threshold))
            {
                return (threshold, null);
            }
        }

        throw new ArgumentException(
            $"The router's file holds no threshold (one of {string.Join(", ", PerUsdNames)}, {string.Join(", ", ThresholdNames)}). Calibrate it (samples/TrainRouter calibrate --save), or set {nameof(LearnedStrategySettings.Threshold)}.",
            nameof(router));
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));
}
