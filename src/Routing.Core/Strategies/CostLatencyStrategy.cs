using System.Buffers;
using System.Collections.Immutable;

namespace LlmRouting.Strategies;

/// <summary>Ranks the models that are good enough for the request by price and latency.</summary>
/// <remarks>
/// Thread-safe. Good enough means: of the tier that serves the request's complexity, or higher. The less sure the classification, the more
/// is asked for; without one, the highest tier. Each of price and latency counts by its ratio to the best candidate's, so neither's unit matters; what is unknown counts as the worst.
/// </remarks>
public sealed class CostLatencyStrategy : IRoutingStrategy, ITrustedStep
{
    private readonly TierLadder _tiers;
    private readonly CostLatencySettings _settings;

    /// <summary>Creates the strategy.</summary>
    /// <param name="tiers">The tiers.</param>
    /// <param name="settings">The weights; null means the defaults.</param>
    public CostLatencyStrategy(TierLadder tiers, CostLatencySettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        _tiers = tiers;
        _settings = settings ?? new CostLatencySettings();
    }

    /// <inheritdoc/>
    public string Name => "cost-latency";

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(candidates);
        ValueTask<Classification> pending = request.GetClassificationAsync(cancellationToken);
        return pending.IsCompletedSuccessfully
            ? new(Rank(request, candidates, pending.Result))
            : AwaitAsync(request, candidates, pending);
    }

    private async ValueTask<StrategyVerdict> AwaitAsync(RoutingRequest request, CandidateSet candidates, ValueTask<Classification> pending) =>
        Rank(request, candidates, await pending.ConfigureAwait(false));

    private StrategyVerdict Rank(RoutingRequest request, CandidateSet candidates, Classification classification)
    {
        bool background = request.Hints.Priority == RequestPriority.Background;
        double costWeight = background ? _settings.BackgroundCostWeight : _settings.InteractiveCostWeight;
        double latencyWeight = background ? _settings.BackgroundLatencyWeight : _settings.InteractiveLatencyWeight;

        // An unsure classification is widened upwards by half its doubt: better a model too strong than one too weak.
        int needed = _tiers.IndexFor(Math.Min(1, classification.Complexity + ((1 - classification.Confidence) / 2)));

        double[] costs = ArrayPool<double>.Shared.Rent(candidates.Count);
        double[] latencies = ArrayPool<double>.Shared.Rent(candidates.Count);
        try
        {
            (double Best, double Worst) cost = (double.PositiveInfinity, 0);
            (double Best, double Worst) latency = (double.PositiveInfinity, 0);
            for (int i = 0; i < candidates.Count; i++)
            {
                Candidate candidate = candidates[i];
                costs[i] = candidate.EstimatedCostUsd is { } usd ? (double)usd : double.NaN;
                latencies[i] = candidate.ExpectedLatencyAt(ref request.LatenciesAsOf)?.TotalSeconds ?? double.NaN;
                cost = Widen(cost, costs[i]);
                latency = Widen(latency, latencies[i]);
            }

            List<(double Score, string Id)> scored = new(candidates.Count);
            for (int i = 0; i < candidates.Count; i++)
            {
                ModelProfile profile = candidates[i].Profile;
                if (profile.Tier is not null && _tiers.IndexOf(profile.Tier) < needed)
                {
                    continue;
                }

                double score = (costWeight * Relative(costs[i], cost)) + (latencyWeight * Relative(latencies[i], latency));
                scored.Add((score, profile.Id));
            }

            if (scored.Count == 0)
            {
                return StrategyVerdict.Abstain("no candidate is of a tier that serves the request");
            }

            scored.Sort(static (left, right) => left.Score != right.Score ? left.Score.CompareTo(right.Score) : string.CompareOrdinal(left.Id, right.Id));
            ImmutableArray<string>.Builder ranking = ImmutableArray.CreateBuilder<string>(scored.Count);
            foreach ((_, string id) in scored)
            {
                ranking.Add(id);
            }

            return StrategyVerdict.Rank(
                ranking.MoveToImmutable(),
                confidence: Math.Max(0.5, classification.Confidence),
                background ? "the cheapest that is good enough, since nobody waits" : "the best of price and speed that is good enough");
        }
        finally
        {
            ArrayPool<double>.Shared.Return(costs);
            ArrayPool<double>.Shared.Return(latencies);
        }
    }

    private static (double Best, double Worst) Widen((double Best, double Worst) range, double value) =>
        double.IsNaN(value) ? range : (Math.Min(range.Best, value), Math.Max(range.Worst, value));

    /// <summary>Places a value between the best (0) and the worst (1) candidate; unknown values count as the worst.</summary>
    private static double Relative(double value, (double Best, double Worst) range) =>
        double.IsNaN(value) ? 1
        : range.Worst <= range.Best ? 0
        : (value - range.Best) / (range.Worst - range.Best);
}
