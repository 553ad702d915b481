using System.Collections.Immutable;
using System.Runtime.InteropServices;
using LlmRouting.Models;

namespace LlmRouting.Pipeline;

/// <summary>Turns a verdict into a ranking of every candidate.</summary>
/// <remarks>The winner, then the verdict's own order, then models at least as good by price, then weaker ones by quality.</remarks>
internal ref struct Ranking
{
    private readonly RoutableModel[] _models;
    private readonly ModelSnapshot _snapshot;
    private readonly Span<bool> _open;
    private readonly string[] _ids;
    private RoutableModel? _winner;
    private int _count;

    private Ranking(ModelSnapshot snapshot, CandidateSet candidates, Span<bool> open)
    {
        _models = snapshot.ModelArray;
        _snapshot = snapshot;
        _open = open;
        _ids = new string[candidates.Count];

        // Candidates stand in the snapshot's order, so one walk over both finds them.
        ReadOnlySpan<RoutableModel> left = candidates.Models;
        for (int i = 0, next = 0; i < _models.Length && next < left.Length; i++)
        {
            if (ReferenceEquals(_models[i], left[next]))
            {
                open[i] = true;
                next++;
            }
        }
    }

    /// <summary>Ranks the candidates.</summary>
    /// <param name="snapshot">The models.</param>
    /// <param name="candidates">Those of them that may serve.</param>
    /// <param name="verdict">What a strategy said.</param>
    /// <param name="tiers">The tiers.</param>
    /// <param name="category">The request's category; null when nobody knows.</param>
    /// <param name="winner">Receives the first of the ranking; null when there is none.</param>
    /// <returns>Default (uninitialised) when the verdict names no candidate.</returns>
    public static ImmutableArray<string> Create(
        ModelSnapshot snapshot,
        CandidateSet candidates,
        in StrategyVerdict verdict,
        TierLadder tiers,
        string? category,
        out RoutableModel? winner)
    {
        const int MaxOnStack = 256;
        int count = snapshot.ModelArray.Length;
        Span<bool> open = count <= MaxOnStack ? stackalloc bool[MaxOnStack] : new bool[count];
        Ranking ranking = new(snapshot, candidates, open[..count]);
        switch (verdict.Kind)
        {
            case StrategyVerdictKind.PreferModel:
                ranking.TakeReferred(verdict.Target!); // not null for this kind
                break;

            case StrategyVerdictKind.PreferTier:
                ranking.TakeTier(verdict.Target!, tiers); // not null for this kind
                break;

            case StrategyVerdictKind.Rank:
                foreach (string id in verdict.Ranking)
                {
                    ranking.TakeReferred(id);
                }

                break;
        }

        winner = ranking._winner;
        return winner is null ? default : ranking.Complete(winner.Profile.QualityFor(category), category);
    }

    /// <summary>Tells whether <see cref="Create"/> would rank anything, without ranking it.</summary>
    public static bool IsPossible(ModelSnapshot snapshot, CandidateSet candidates, in StrategyVerdict verdict, TierLadder tiers)
    {
        switch (verdict.Kind)
        {
            case StrategyVerdictKind.PreferModel:
                return IsCandidate(verdict.Target!); // not null for this kind

            case StrategyVerdictKind.PreferTier when tiers.IndexOf(verdict.Target) >= 0:
                foreach (RoutableModel model in candidates.Models)
                {
                    if (tiers.IndexOf(model.Profile.Tier) >= 0)
                    {
                        return true;
                    }
                }

                return false;

            case StrategyVerdictKind.Rank:
                foreach (string id in verdict.Ranking)
                {
                    if (IsCandidate(id))
                    {
                        return true;
                    }
                }

                return false;

            default:
                return false;
        }

        bool IsCandidate(string reference) => snapshot.Find(reference) is { } model && candidates.Find(model.Id) is not null;
    }

    private void TakeReferred(string reference)
    {
        RoutableModel? model = _snapshot.Find(reference);
        for (int i = 0; model is not null && i < _models.Length; i++)
        {
            if (ReferenceEquals(_models[i], model))
            {
                Take(i);
                return;
            }
        }
    }

    private void TakeTier(string tier, TierLadder tiers)
    {
        int wanted = tiers.IndexOf(tier);
        if (wanted < 0)
        {
            return;
        }

        // Upwards first: a stronger model can do the work of a weaker one.
        for (int i = wanted; i < tiers.Tiers.Length && _count == 0; i++)
        {
            TakeAllOf(tiers.Tiers[i].Name);
        }

        for (int i = wanted - 1; i >= 0 && _count == 0; i--)
        {
            TakeAllOf(tiers.Tiers[i].Name);
        }
    }

    private void TakeAllOf(string tier)
    {
        foreach (int i in _snapshot.ByPrice)
        {
            if (_open[i] && string.Equals(_models[i].Profile.Tier, tier, StringComparison.OrdinalIgnoreCase))
            {
                Take(i);
            }
        }
    }

    private ImmutableArray<string> Complete(double quality, string? category)
    {
        foreach (int i in _snapshot.ByPrice)
        {
            if (_open[i] && _models[i].Profile.QualityFor(category) >= quality)
            {
                Take(i);
            }
        }

        foreach (int i in _snapshot.ByQuality)
        {
            Take(i);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(_ids);
    }

    private void Take(int index)
    {
        if (_open[index])
        {
            _open[index] = false;
            _winner ??= _models[index];
            _ids[_count++] = _models[index].Id;
        }
    }
}
