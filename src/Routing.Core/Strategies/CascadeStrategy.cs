using System.Collections.Immutable;

namespace LlmRouting.Strategies;

/// <summary>Starts with the cheapest model and climbs to a stronger one when the validators do not accept its answer.</summary>
/// <remarks>
/// Thread-safe. The climbing itself is the executor's: without validators the first answer is taken, whatever it says. After FrugalGPT's
/// cascade (Chen, Zaharia, Zou 2023), with the validators in the place of its scorer.
/// </remarks>
public sealed class CascadeStrategy : IRoutingStrategy, ITrustedStep
{
    private readonly CascadeSettings _settings;

    /// <summary>Creates the strategy.</summary>
    /// <param name="settings">How it climbs; null means every candidate by price, for every request.</param>
    public CascadeStrategy(CascadeSettings? settings = null) => _settings = settings ?? new CascadeSettings();

    /// <inheritdoc/>
    public string Name => "cascade";

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(candidates);
        if (!Applies(request.Policy))
        {
            return new(StrategyVerdict.Abstain("the request's policy does not cascade"));
        }

        ImmutableArray<CascadeStep> steps = _settings.Steps.IsEmpty ? ByPrice(candidates) : Known(candidates);
        return new(StrategyVerdict.Cascade(steps, _settings.MaxCostUsd, _settings.Confidence, "the cheapest first, a stronger one when its answer is not good enough"));
    }

    private bool Applies(RoutingPolicy? policy)
    {
        if (_settings.Policies.IsEmpty)
        {
            return true;
        }

        foreach (string name in _settings.Policies)
        {
            if (string.Equals(name, policy?.Id, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private ImmutableArray<CascadeStep> Known(CandidateSet candidates)
    {
        ImmutableArray<CascadeStep>.Builder known = ImmutableArray.CreateBuilder<CascadeStep>(_settings.Steps.Length);
        foreach (CascadeStep step in _settings.Steps)
        {
            if (candidates.Resolve(step.Model) is { } model)
            {
                known.Add(step with { Model = model.Id });
            }
        }

        return known.ToImmutable();
    }

    // A dearer model that is no better than a cheaper one would only repeat its answer for more money.
    private static ImmutableArray<CascadeStep> ByPrice(CandidateSet candidates)
    {
        ImmutableArray<CascadeStep>.Builder steps = ImmutableArray.CreateBuilder<CascadeStep>();
        double best = double.NegativeInfinity;
        foreach (Candidate candidate in candidates
            .OrderBy(static candidate => candidate.Profile.BlendedUsdPerMillionTokens ?? decimal.MaxValue)
            .ThenByDescending(static candidate => candidate.Profile.Quality)
            .ThenBy(static candidate => candidate.Profile.Id, StringComparer.Ordinal))
        {
            if (candidate.Profile.Quality > best)
            {
                best = candidate.Profile.Quality;
                steps.Add(new CascadeStep(candidate.Profile.Id));
            }
        }

        return steps.ToImmutable();
    }
}
