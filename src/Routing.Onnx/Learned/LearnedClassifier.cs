using LlmRouting.Classifiers;
using LlmRouting.Onnx.Training;
using Microsoft.Extensions.AI;

namespace LlmRouting.Onnx.Learned;

/// <summary>Says how hard a request is with a router that was trained on the complexity of requests.</summary>
/// <remarks>
/// <para>Thread-safe. Needs no native library, calls no model, and allocates the classification and nothing else once warm, unless the router was trained with embeddings. Reads at most
/// <see cref="Learning.FeatureHasherSettings.MaxCharacters"/> characters of the last user message, half at its head and half at its tail.</para>
/// <para>The complexity joins what was learned with what <see cref="HeuristicClassifier"/> says (see <see cref="HeuristicShare"/>). The category, and whether
/// the request needs what was said before, are the heuristic's: nobody labelled them.</para>
/// <para>The confidence is high where both agree, the complexity stands clear of the tiers' usual thresholds (0.3 and 0.7), and the request's wording occurred in
/// training. On wording that is mostly unknown (another language, identifiers) it is 0: the classifier abstains, and the next one is asked.</para>
/// <para>A router that was trained with embeddings has each text embedded that was not seen lately. When the generator fails or is too slow, the classifier throws, which a chain of
/// classifiers records and passes over; until the generator is asked again it abstains.</para>
/// </remarks>
public sealed class LearnedClassifier : IRequestClassifier
{
    /// <summary>The name of the threshold in a router's file that says how much the heuristic counts, 0 to 1.</summary>
    public const string HeuristicShare = "heuristic-share";

    // Measured on the sets of docs/default-model.md: below the first, a text is in another language or no language at all.
    private const double Unknown = 0.25;
    private const double Familiar = 0.5;
    private const double SimpleUpTo = 0.3;
    private const double ComplexAbove = 0.7;

    // Keeps a logarithm finite; nothing is surer than this.
    private const double Least = 1e-4;

    private readonly HeuristicClassifier _heuristic = new();
    private readonly TrainedRouter _router;
    private readonly double _heuristicShare;
    private readonly RequestEmbedder? _embedder;

    /// <summary>Creates a classifier.</summary>
    /// <param name="router">A router that was trained on complexity; its file may hold the threshold <see cref="HeuristicShare"/>, which is 0 otherwise.</param>
    /// <param name="name">What configuration and records call it; default <c>learned</c>.</param>
    /// <param name="generator">The generator that embedded the training requests, for a router that was trained with embeddings; never disposed here. Null, the default, where none is needed.</param>
    /// <param name="embedding">How embeddings are asked for; null takes the defaults.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <exception cref="ArgumentException">The router was trained on something else, its heuristic share is not between 0 and 1, a setting is out of range, or the router needs embeddings and there is
    /// no generator, or one that says itself that it is another model's.</exception>
    public LearnedClassifier(
        TrainedRouter router,
        string name = "learned",
        IEmbeddingGenerator<string, Embedding<float>>? generator = null,
        LearnedEmbeddingSettings? embedding = null,
        TimeProvider? timeProvider = null)
    {
        Check(router, name);
        _heuristicShare = router.Thresholds.GetValueOrDefault(HeuristicShare);
        _router = router;
        Name = name;
        _embedder = generator is null ? null : new RequestEmbedder(generator, embedding ?? new LearnedEmbeddingSettings(), timeProvider ?? TimeProvider.System);
        RequestEmbedder.ThrowIfUnfit(router, _embedder);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Loads a classifier from the ONNX file that a router was saved as, without ONNX Runtime.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What configuration and records call it; default <c>learned</c>.</param>
    /// <exception cref="InvalidDataException">It is no router, is damaged, or has features of a version that this library does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The router was trained on something else than complexity, or with embeddings, for which the constructor takes a generator.</exception>
    public static LearnedClassifier Load(string path, string name = "learned") => new(TrainedRouter.Load(path), name);

    /// <inheritdoc/>
    public async ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Classification heuristic = await _heuristic.ClassifyAsync(request, cancellationToken).ConfigureAwait(false);
        string text = request.LastUserText;
        if (_router.EmbeddingLength == 0)
        {
            return Judge(text, default, heuristic);
        }

        // What is known to be doubted costs no call.
        RequestEmbedder embedder = _embedder!; // There is one: a router that needs it is not taken without.
        bool isDoubted = string.IsNullOrWhiteSpace(text) || _router.KnownShare(text) <= Unknown;
        float[]? known = isDoubted ? null : embedder.Find(text);
        return isDoubted || (known is null && embedder.IsResting)
            ? heuristic with { Confidence = 0, Source = Name }
            : Judge(text, known ?? await embedder.EmbedAsync(text, _router.EmbeddingLength, cancellationToken).ConfigureAwait(false), heuristic);
    }

    /// <summary>Checks that a classifier could be made of a router, were there the generator that it may need.</summary>
    /// <exception cref="ArgumentException">It could not.</exception>
    internal static void Check(TrainedRouter router, string name)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (router.Target.Kind != TrainingTargetKind.Complexity)
        {
            throw new ArgumentException(
                $"The router was trained to choose among {string.Join(", ", router.Target.Models.Select(static model => $"'{model}'"))}, not on complexity. Use it with AddLearnedRouter, or train one on the labels 'simple' and 'complex'.",
                nameof(router));
        }

        double heuristicShare = router.Thresholds.GetValueOrDefault(HeuristicShare);
        if (!(heuristicShare is >= 0 and <= 1))
        {
            throw new ArgumentException($"The router's {HeuristicShare} is {heuristicShare}; it must be between 0 and 1. Save the router again.", nameof(router));
        }
    }

    private Classification Judge(string text, ReadOnlySpan<float> embedding, Classification heuristic)
    {
        double learned = _router.Score(text, embedding, out double knownShare);
        double complexity = Join(learned, heuristic.Complexity);
        return heuristic with
        {
            Complexity = complexity,
            Confidence = string.IsNullOrWhiteSpace(text) ? 0 : Confidence(complexity, Math.Abs(learned - heuristic.Complexity), knownShare),
            Source = Name,
            Label = complexity <= SimpleUpTo ? "simple" : complexity <= ComplexAbove ? "moderate" : "complex",
        };
    }

    // In log-odds, where evidence adds up.
    private double Join(double learned, double heuristic) =>
        1 / (1 + Math.Exp(-(((1 - _heuristicShare) * LogOdds(learned)) + (_heuristicShare * LogOdds(heuristic)))));

    private static double LogOdds(double chance)
    {
        double bounded = Math.Clamp(chance, Least, 1 - Least);
        return Math.Log(bounded / (1 - bounded));
    }

    private static double Confidence(double complexity, double disagreement, double knownShare)
    {
        double margin = Math.Min(Math.Abs(complexity - SimpleUpTo), Math.Abs(complexity - ComplexAbove));
        double agreed = 0.5 + (1.1 * Math.Min(margin, 0.3)) + (0.15 * (1 - (2 * Math.Min(disagreement, 0.5))));
        return Math.Min(0.95, agreed) * Math.Clamp((knownShare - Unknown) / (Familiar - Unknown), 0, 1);
    }
}
