using System.Collections.Immutable;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;

namespace LlmRouting.Onnx.Learned;

/// <summary>Chooses by a router that was trained for a pair or a pool of models: the cheapest model whose chance of a good answer is good enough, or, where a pool's file holds a
/// <see cref="PoolChoice"/>, the model whose quality is worth its cost.</summary>
/// <remarks>
/// <para>Thread-safe. Needs no native library, calls no model and allocates nothing once warm.</para>
/// <para>Abstains where a model that it would choose is no candidate, where no model is good enough, on a request without text, and on wording that training did not
/// know (see <see cref="LearnedStrategySettings.MinKnownShare"/>).</para>
/// </remarks>
public sealed class LearnedStrategy : IRoutingStrategy
{
    private const int MostOnStack = 64;
    private const string Unlike = "the wording is unlike the training requests";
    private readonly LearnedStrategySettings _settings;
    private volatile LearnedPolicy _policy;

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
        ThrowUnlessShare(_settings.Confidence, nameof(LearnedStrategySettings.Confidence));
        ThrowUnlessShare(_settings.MinKnownShare, nameof(LearnedStrategySettings.MinKnownShare));
        _policy = new LearnedPolicy(router, _settings);
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <summary>Gets the ids of the models that it chooses among.</summary>
    /// <value>Strong and weak for a pair.</value>
    public ImmutableArray<string> Models => _policy.Models;

    /// <summary>Decides by another router from now on; a decision that has begun is finished by the one it began with.</summary>
    /// <param name="router">A router that was trained for the same models.</param>
    /// <exception cref="ArgumentNullException"><paramref name="router"/> is null.</exception>
    /// <exception cref="ArgumentException">The router was trained for other models, or holds no threshold where none is set. The router in use stays.</exception>
    public void Replace(TrainedRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        var policy = new LearnedPolicy(router, _settings);
        if (router.Target.Kind != _policy.Router.Target.Kind || !policy.Models.SequenceEqual(Models))
        {
            throw new ArgumentException(
                $"The new router was trained for a {Describe(policy)}, the one in use for a {Describe(_policy)}. A router for other models needs a restart, which checks that they are registered.",
                nameof(router));
        }

        _policy = policy;
    }

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(candidates);
        return new(Judge(_policy, request.LastUserText, candidates));
    }

    private StrategyVerdict Judge(LearnedPolicy policy, string text, CandidateSet candidates)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return StrategyVerdict.Abstain("the request has no text");
        }

        double knownShare;
        if (policy.IsPair)
        {
            double need = policy.Need(text, out knownShare);
            return knownShare < _settings.MinKnownShare ? StrategyVerdict.Abstain(Unlike) : JudgePair(policy, need, candidates);
        }

        int models = policy.Models.Length;
        Span<double> chances = models <= MostOnStack ? stackalloc double[models] : new double[models];
        Span<double> costs = models <= MostOnStack ? stackalloc double[models] : new double[models];
        policy.Router.Score(text, chances, costs, out knownShare);
        return knownShare < _settings.MinKnownShare ? StrategyVerdict.Abstain(Unlike)
            : policy.Choice is { } choice ? JudgePool(policy, choice, chances, costs, text.Length, candidates)
            : JudgePool(policy, chances, candidates);
    }

    private StrategyVerdict JudgePair(LearnedPolicy policy, double need, CandidateSet candidates)
    {
        bool needsStrong = need >= policy.Threshold;
        string chosen = needsStrong ? policy.Models[0] : policy.Models[1];
        return candidates.Find(chosen) is null
            ? StrategyVerdict.Abstain("the model that it would choose is no candidate")
            : StrategyVerdict.Prefer(
                chosen, _settings.Confidence, needsStrong ? "the need for the strong model reaches the threshold" : "the need for the strong model is below the threshold");
    }

    private StrategyVerdict JudgePool(LearnedPolicy policy, PoolChoice choice, Span<double> chances, Span<double> costs, int length, CandidateSet candidates)
    {
        if (!choice.IsByWords)
        {
            choice.ExpectCosts(length, costs);
        }

        Span<bool> isCandidate = chances.Length <= MostOnStack ? stackalloc bool[chances.Length] : new bool[chances.Length];
        for (int i = 0; i < isCandidate.Length; i++)
        {
            isCandidate[i] = candidates.Find(policy.Models[i]) is not null;
        }

        int chosen = choice.Choose(chances, costs, isCandidate);
        return chosen < 0
            ? StrategyVerdict.Abstain("none of its models is a candidate")
            : StrategyVerdict.Prefer(policy.Models[chosen], _settings.Confidence, "the model with the greatest expected quality for its expected cost");
    }

    private StrategyVerdict JudgePool(LearnedPolicy policy, ReadOnlySpan<double> chances, CandidateSet candidates)
    {
        int best = -1;
        decimal least = 0;
        for (int i = 0; i < policy.Models.Length; i++)
        {
            if (!(chances[i] >= policy.Threshold) || candidates.Find(policy.Models[i]) is not { } candidate)
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
            : StrategyVerdict.Prefer(policy.Models[best], _settings.Confidence, "the cheapest model whose chance of a good answer reaches the threshold");
    }

    private static string Describe(LearnedPolicy policy) => $"{(policy.IsPair ? "pair" : "pool")} of {string.Join(", ", policy.Models.Select(static id => $"'{id}'"))}";

    private static void ThrowUnlessShare(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
        {
            throw new ArgumentException($"{name} is {value}; it must be between 0 and 1.", name);
        }
    }
}
