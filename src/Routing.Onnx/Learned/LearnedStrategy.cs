using System.Collections.Immutable;
using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Learned;

/// <summary>Chooses by a router that was trained for a pair or a pool of models: the cheapest model whose chance of a good answer is good enough.</summary>
/// <remarks>
/// <para>Thread-safe. Needs no native library, calls no model and allocates nothing once warm.</para>
/// <para>Abstains where a model that it would choose is no candidate, where no model is good enough, on a request without text, and on wording that training did not
/// know (see <see cref="LearnedStrategySettings.MinKnownShare"/>).</para>
/// </remarks>
public sealed class LearnedStrategy : IRoutingStrategy
{
    private const int MostOnStack = 64;
    private const string Unlike = "the wording is unlike the training requests";
    private static readonly string[] ThresholdNames = ["promise", "share", "budget"];
    private readonly TrainedRouter _router;
    private readonly LearnedStrategySettings _settings;
    private readonly double _threshold;

    /// <summary>Creates a strategy.</summary>
    /// <param name="router">A router that was trained for a pair or a pool.</param>
    /// <param name="settings">How it is used; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The router was trained on complexity, there is no threshold, or a setting is out of range.</exception>
    public LearnedStrategy(TrainedRouter router, LearnedStrategySettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(router);
        _settings = settings ?? new LearnedStrategySettings();
        ArgumentException.ThrowIfNullOrWhiteSpace(_settings.Name, nameof(settings));
        ArgumentNullException.ThrowIfNull(_settings.Models, nameof(settings));
        if (router.Target.Kind == TrainingTargetKind.Complexity)
        {
            throw new ArgumentException("The router was trained on complexity and names no models. Use it with AddLearnedClassifier, or train one for a pair or a pool.", nameof(router));
        }

        ThrowUnlessShare(_settings.Confidence, nameof(LearnedStrategySettings.Confidence));
        ThrowUnlessShare(_settings.MinKnownShare, nameof(LearnedStrategySettings.MinKnownShare));
        string? stranger = _settings.Models.Keys.FirstOrDefault(name => !router.Target.Models.Contains(name));
        if (stranger is not null)
        {
            throw new ArgumentException($"Models names '{stranger}', for which the router was not trained; it knows {List(router.Target.Models)}.", nameof(settings));
        }

        _router = router;
        _threshold = _settings.Threshold ?? Stored(router);
        if (double.IsNaN(_threshold) || (router.Target.Kind == TrainingTargetKind.Pool && !(_threshold is >= 0 and <= 1)))
        {
            throw new ArgumentException($"The threshold is {_threshold}; for a pair it must be a number, for a pool a chance between 0 and 1.", nameof(settings));
        }

        Models = [.. router.Target.Models.Select(name => _settings.Models.GetValueOrDefault(name, name))];
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <summary>Gets the ids of the models that it chooses among.</summary>
    /// <value>Strong and weak for a pair.</value>
    public ImmutableArray<string> Models { get; }

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(candidates);
        return new(Judge(request.LastUserText, candidates));
    }

    private StrategyVerdict Judge(string text, CandidateSet candidates)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return StrategyVerdict.Abstain("the request has no text");
        }

        double knownShare;
        if (_router.Target.Kind == TrainingTargetKind.Pair)
        {
            double need = _router.Score(text, out knownShare);
            return knownShare < _settings.MinKnownShare ? StrategyVerdict.Abstain(Unlike) : JudgePair(need, candidates);
        }

        Span<double> chances = Models.Length <= MostOnStack ? stackalloc double[Models.Length] : new double[Models.Length];
        _router.Score(text, chances, out knownShare);
        return knownShare < _settings.MinKnownShare ? StrategyVerdict.Abstain(Unlike) : JudgePool(chances, candidates);
    }

    private StrategyVerdict JudgePair(double need, CandidateSet candidates)
    {
        bool needsStrong = need >= _threshold;
        string chosen = needsStrong ? Models[0] : Models[1];
        return candidates.Find(chosen) is null
            ? StrategyVerdict.Abstain("the model that it would choose is no candidate")
            : StrategyVerdict.Prefer(
                chosen, _settings.Confidence, needsStrong ? "the need for the strong model reaches the threshold" : "the need for the strong model is below the threshold");
    }

    private StrategyVerdict JudgePool(ReadOnlySpan<double> chances, CandidateSet candidates)
    {
        int best = -1;
        decimal least = 0;
        for (int i = 0; i < Models.Length; i++)
        {
            if (!(chances[i] >= _threshold) || candidates.Find(Models[i]) is not { } candidate)
            {
                continue;
            }

            // A model without prices may cost anything, so it comes last.
            decimal cost = candidate.EstimatedCostUsd ?? decimal.MaxValue;
            if (best < 0 || cost < least || (cost == least && chances[i] > chances[best]))
            {
                (best, least) = (i, cost);
            }
        }

        return best < 0
            ? StrategyVerdict.Abstain("no candidate's chance of a good answer reaches the threshold")
            : StrategyVerdict.Prefer(Models[best], _settings.Confidence, "the cheapest model whose chance of a good answer reaches the threshold");
    }

    private static double Stored(TrainedRouter router)
    {
        foreach (string name in ThresholdNames)
        {
            if (router.Thresholds.TryGetValue(name, out double threshold))
            {
                return threshold;
            }
        }

        throw new ArgumentException(
            $"The router's file holds no threshold (one of {string.Join(", ", ThresholdNames)}). Calibrate it (samples/TrainRouter calibrate --save), or set {nameof(LearnedStrategySettings.Threshold)}.",
            nameof(router));
    }

    private static void ThrowUnlessShare(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
        {
            throw new ArgumentException($"{name} is {value}; it must be between 0 and 1.", name);
        }
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));
}
