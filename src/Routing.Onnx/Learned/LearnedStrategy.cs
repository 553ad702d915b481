using System.Collections.Immutable;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Onnx.Learned;

/// <summary>Chooses by a router that was trained for a pair or a pool of models: the cheapest model whose chance of a good answer is good enough, or, where a pool's file holds a
/// <see cref="PoolChoice"/>, the model whose quality is worth its cost.</summary>
/// <remarks>
/// <para>Thread-safe. Needs no native library, calls no model and allocates nothing once warm, unless the router was trained with embeddings: then each text that was not seen lately is embedded
/// first, within <see cref="LearnedEmbeddingSettings.Timeout"/>.</para>
/// <para>Abstains where a model that it would choose is no candidate, where no model is good enough, on a request without text, and on wording that training did not
/// know (see <see cref="LearnedStrategySettings.MinKnownShare"/>); and where an embedding is needed and does not come: scores without one would not be the calibrated ones.</para>
/// </remarks>
public sealed partial class LearnedStrategy : IRoutingStrategy
{
    private const int MostOnStack = 64;
    private const string Unlike = "the wording is unlike the training requests";
    private readonly LearnedStrategySettings _settings;
    private readonly RequestEmbedder? _embedder;
    private readonly ILogger _logger;
    private volatile LearnedPolicy _policy;

    /// <summary>Creates a strategy.</summary>
    /// <param name="router">A router that was trained for a pair or a pool.</param>
    /// <param name="settings">How it is used; null takes the defaults.</param>
    /// <param name="generator">The generator that embedded the training requests, for a router that was trained with embeddings; never disposed here. Null, the default, where none is needed.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <param name="logger">Told when the generator fails; null tells nobody.</param>
    /// <exception cref="ArgumentException">The router was trained on complexity, there is no threshold, a setting is out of range, or the router needs embeddings and there is no generator, or one
    /// that says itself that it is another model's.</exception>
    public LearnedStrategy(
        TrainedRouter router,
        LearnedStrategySettings? settings = null,
        IEmbeddingGenerator<string, Embedding<float>>? generator = null,
        TimeProvider? timeProvider = null,
        ILogger<LearnedStrategy>? logger = null)
    {
        _settings = settings ?? new LearnedStrategySettings();
        _policy = Check(router, _settings);
        _logger = logger ?? NullLogger<LearnedStrategy>.Instance;
        _embedder = generator is null ? null : new RequestEmbedder(generator, _settings.Embedding, timeProvider ?? TimeProvider.System);
        RequestEmbedder.ThrowIfUnfit(router, _embedder);
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <summary>Gets the ids of the models that it chooses among.</summary>
    /// <value>Strong and weak for a pair.</value>
    public ImmutableArray<string> Models => _policy.Models;

    /// <summary>Decides by another router from now on; a decision that has begun is finished by the one it began with.</summary>
    /// <param name="router">A router that was trained for the same models.</param>
    /// <exception cref="ArgumentNullException"><paramref name="router"/> is null.</exception>
    /// <exception cref="ArgumentException">The router was trained for other models, holds no threshold where none is set, or needs other embeddings than there are. The router in use stays.</exception>
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

        RequestEmbedder.ThrowIfUnfit(router, _embedder);
        _policy = policy;
    }

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(candidates);
        LearnedPolicy policy = _policy;
        string text = request.LastUserText;
        return string.IsNullOrWhiteSpace(text) ? new(StrategyVerdict.Abstain("the request has no text"))
            : policy.Router.EmbeddingLength == 0 ? new(Judge(policy, text, default, candidates))
            : JudgeEmbedded(policy, text, candidates, cancellationToken);
    }

    /// <summary>Checks that a strategy could be made of a router, were there the generator that it may need.</summary>
    /// <exception cref="ArgumentException">It could not.</exception>
    internal static LearnedPolicy Check(TrainedRouter router, LearnedStrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentException.ThrowIfNullOrWhiteSpace(settings.Name, nameof(settings));
        ArgumentNullException.ThrowIfNull(settings.Models, nameof(settings));
        ArgumentNullException.ThrowIfNull(settings.Embedding, nameof(settings));
        ThrowUnlessShare(settings.Confidence, nameof(LearnedStrategySettings.Confidence));
        ThrowUnlessShare(settings.MinKnownShare, nameof(LearnedStrategySettings.MinKnownShare));
        settings.Embedding.Validate();
        return new LearnedPolicy(router, settings);
    }

    // What the words alone rule out costs no call.
    private ValueTask<StrategyVerdict> JudgeEmbedded(LearnedPolicy policy, string text, CandidateSet candidates, CancellationToken cancellationToken)
    {
        if (policy.Router.KnownShare(text) < _settings.MinKnownShare)
        {
            return new(StrategyVerdict.Abstain(Unlike));
        }

        RequestEmbedder embedder = _embedder!; // A policy whose router needs one is not taken without.
        return embedder.Find(text) is { } known ? new(Judge(policy, text, known, candidates))
            : embedder.IsResting ? new(StrategyVerdict.Abstain("the embedding generator failed and is left alone for a while"))
            : EmbedAndJudgeAsync(embedder, policy, text, candidates, cancellationToken);
    }

    private async ValueTask<StrategyVerdict> EmbedAndJudgeAsync(
        RequestEmbedder embedder, LearnedPolicy policy, string text, CandidateSet candidates, CancellationToken cancellationToken)
    {
        float[] embedding;
        try
        {
            embedding = await embedder.EmbedAsync(text, policy.Router.EmbeddingLength, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            string reason = exception switch
            {
                TimeoutException => "the embedding did not come in time",
                InvalidDataException => "the embedding does not fit the router",
                _ => "the embedding generator failed",
            };
            Log.EmbeddingFailed(_logger, Name, reason, exception.GetType().Name, _settings.Embedding.RetryAfter);
            return StrategyVerdict.Abstain(reason);
        }

        return Judge(policy, text, embedding, candidates);
    }

    private StrategyVerdict Judge(LearnedPolicy policy, string text, ReadOnlySpan<float> embedding, CandidateSet candidates)
    {
        double knownShare;
        if (policy.IsPair)
        {
            double need = policy.Need(text, embedding, out knownShare);
            return knownShare < _settings.MinKnownShare ? StrategyVerdict.Abstain(Unlike) : JudgePair(policy, need, candidates);
        }

        int models = policy.Models.Length;
        Span<double> chances = models <= MostOnStack ? stackalloc double[models] : new double[models];
        Span<double> costs = models <= MostOnStack ? stackalloc double[models] : new double[models];
        policy.Router.Score(text, embedding, chances, costs, out knownShare);
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

    private static partial class Log
    {
        // The exception's type is enough to find the cause; its message might quote the request.
        [LoggerMessage(EventIds.EmbeddingFailed, LogLevel.Warning, "The strategy '{Strategy}' abstained: {Reason} ({Exception}). The generator is asked again after {RetryAfter}")]
        public static partial void EmbeddingFailed(ILogger logger, string strategy, string reason, string exception, TimeSpan retryAfter);
    }
}
