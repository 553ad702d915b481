using System.Collections.Immutable;

namespace LlmRouting;

/// <summary>Says what a strategy thinks about a request.</summary>
/// <remarks>Reasons are recorded: use constant texts that hold nothing of the request.</remarks>
public readonly struct StrategyVerdict
{
    // Apart, since few verdicts are cascades: a verdict is copied several times on its way, and costs by its size.
    private readonly CascadePlan? _cascade;

    private StrategyVerdict(
        StrategyVerdictKind kind, string? target, ImmutableArray<string> ranking, double confidence, string reason, CascadePlan? cascade = null)
    {
        Kind = kind;
        Target = target;
        Ranking = ranking;
        Confidence = confidence;
        Reason = reason;
        _cascade = cascade;
    }

    /// <summary>Gets what kind of opinion this is.</summary>
    public StrategyVerdictKind Kind { get; }

    /// <summary>Gets the preferred model or tier.</summary>
    /// <value>null for <see cref="StrategyVerdictKind.Abstain"/> and <see cref="StrategyVerdictKind.Rank"/>.</value>
    public string? Target { get; }

    /// <summary>Gets the ranking, best first.</summary>
    /// <value>Default (uninitialised) unless <see cref="Kind"/> is <see cref="StrategyVerdictKind.Rank"/>.</value>
    public ImmutableArray<string> Ranking { get; }

    /// <summary>Gets how sure the strategy is.</summary>
    /// <value>0 to 1; 0 when it abstains.</value>
    public double Confidence { get; }

    /// <summary>Gets why.</summary>
    public string Reason => field ?? "no verdict was given";

    /// <summary>Gets the steps of a cascade.</summary>
    /// <value>Default (uninitialised) when the verdict is no cascade.</value>
    public ImmutableArray<CascadeStep> Steps => _cascade is null ? default : _cascade.Steps;

    /// <summary>Gets what all steps of a cascade may cost together.</summary>
    /// <value>USD; null means no ceiling of the verdict's own.</value>
    public decimal? MaxCostUsd => _cascade?.MaxCostUsd;

    /// <summary>Has no opinion.</summary>
    /// <param name="reason">Why not.</param>
    /// <returns>The verdict.</returns>
    public static StrategyVerdict Abstain(string reason) => new(StrategyVerdictKind.Abstain, null, default, 0, reason);

    /// <summary>Prefers a model.</summary>
    /// <param name="modelId">The model's id; one that is no candidate counts as an abstention.</param>
    /// <param name="confidence">0 to 1.</param>
    /// <param name="reason">Why.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="confidence"/> is not between 0 and 1.</exception>
    public static StrategyVerdict Prefer(string modelId, double confidence, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelId);
        return new(StrategyVerdictKind.PreferModel, modelId, default, CheckConfidence(confidence), reason);
    }

    /// <summary>Prefers the cheapest model of a tier; where the tier has no candidate, the next higher tier stands in.</summary>
    /// <param name="tier">The tier's name.</param>
    /// <param name="confidence">0 to 1.</param>
    /// <param name="reason">Why.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="confidence"/> is not between 0 and 1.</exception>
    public static StrategyVerdict PreferTier(string tier, double confidence, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tier);
        return new(StrategyVerdictKind.PreferTier, tier, default, CheckConfidence(confidence), reason);
    }

    /// <summary>Ranks models.</summary>
    /// <param name="bestFirst">Model ids; those that are no candidates are passed over, those left out come after it.</param>
    /// <param name="confidence">0 to 1.</param>
    /// <param name="reason">Why.</param>
    /// <returns>The verdict; an abstention when the ranking is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="confidence"/> is not between 0 and 1.</exception>
    public static StrategyVerdict Rank(ImmutableArray<string> bestFirst, double confidence, string reason) =>
        bestFirst.IsDefaultOrEmpty
            ? Abstain(reason)
            : new(StrategyVerdictKind.Rank, null, bestFirst, CheckConfidence(confidence), reason);

    /// <summary>Ranks models that are tried one after the other until an answer is good enough.</summary>
    /// <param name="steps">The models, cheapest first, each with the score from which on its answer is accepted.</param>
    /// <param name="maxCostUsd">What all steps may cost together, in USD; null means no ceiling.</param>
    /// <param name="confidence">0 to 1.</param>
    /// <param name="reason">Why.</param>
    /// <returns>The verdict; an abstention when there are no steps.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="confidence"/>, or a step's score, is not between 0 and 1.</exception>
    public static StrategyVerdict Cascade(ImmutableArray<CascadeStep> steps, decimal? maxCostUsd, double confidence, string reason)
    {
        if (steps.IsDefaultOrEmpty)
        {
            return Abstain(reason);
        }

        foreach (CascadeStep step in steps)
        {
            CheckConfidence(step.AcceptFromScore);
        }

        ImmutableArray<string> models = [.. steps.Select(static step => step.Model)];
        return new(StrategyVerdictKind.Rank, null, models, CheckConfidence(confidence), reason, new CascadePlan(steps, maxCostUsd));
    }

    private static double CheckConfidence(double confidence) =>
        confidence is >= 0 and <= 1
            ? confidence
            : throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence must be between 0 and 1.");

    private sealed record CascadePlan(ImmutableArray<CascadeStep> Steps, decimal? MaxCostUsd);
}
