using LlmRouting.Classifiers;
using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Learned;

/// <summary>Says how hard a request is with a router that was trained on the complexity of requests.</summary>
/// <remarks>
/// <para>Thread-safe. Needs no native library, calls no model, and allocates the classification and nothing else once warm. Reads at most
/// <see cref="Learning.FeatureHasherSettings.MaxCharacters"/> characters of the last user message, half at its head and half at its tail.</para>
/// <para>The complexity joins what was learned with what <see cref="HeuristicClassifier"/> says (see <see cref="HeuristicShare"/>). The category, and whether
/// the request needs what was said before, are the heuristic's: nobody labelled them.</para>
/// <para>The confidence is high where both agree, the complexity stands clear of the tiers' usual thresholds (0.3 and 0.7), and the request's wording occurred in
/// training. On wording that is mostly unknown (another language, identifiers) it is 0: the classifier abstains, and the next one is asked.</para>
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

    /// <summary>Creates a classifier.</summary>
    /// <param name="router">A router that was trained on complexity; its file may hold the threshold <see cref="HeuristicShare"/>, which is 0 otherwise.</param>
    /// <param name="name">What configuration and records call it; default <c>learned</c>.</param>
    /// <exception cref="ArgumentException">The router was trained on something else, or its heuristic share is not between 0 and 1.</exception>
    public LearnedClassifier(TrainedRouter router, string name = "learned")
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (router.Target.Kind != TrainingTargetKind.Complexity)
        {
            throw new ArgumentException(
                $"The router was trained to choose among {string.Join(", ", router.Target.Models.Select(static model => $"'{model}'"))}, not on complexity. Use it with AddLearnedRouter, or train one on the labels 'simple' and 'complex'.",
                nameof(router));
        }

        _heuristicShare = router.Thresholds.GetValueOrDefault(HeuristicShare);
        if (!(_heuristicShare is >= 0 and <= 1))
        {
            throw new ArgumentException($"The router's {HeuristicShare} is {_heuristicShare}; it must be between 0 and 1. Save the router again.", nameof(router));
        }

        _router = router;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Loads a classifier from the ONNX file that a router was saved as, without ONNX Runtime.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What configuration and records call it; default <c>learned</c>.</param>
    /// <exception cref="InvalidDataException">It is no router, is damaged, or has features of a version that this library does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The router was trained on something else than complexity.</exception>
    public static LearnedClassifier Load(string path, string name = "learned") => new(TrainedRouter.Load(path), name);

    /// <inheritdoc/>
    public async ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Classification heuristic = await _heuristic.ClassifyAsync(request, cancellationToken).ConfigureAwait(false);
        return Judge(request.LastUserText, heuristic);
    }

    private Classification Judge(string text, Classification heuristic)
    {
        double learned = _router.Score(text, out double knownShare);
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
