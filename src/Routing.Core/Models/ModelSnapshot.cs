using System.Collections.Frozen;
using System.Collections.Immutable;

namespace LlmRouting.Models;

/// <summary>Is the set of models at one moment; a request uses one snapshot from its start to its end.</summary>
/// <remarks>Immutable.</remarks>
public sealed class ModelSnapshot : IModelLookup
{
    private readonly FrozenDictionary<string, RoutableModel> _references;
    private readonly RoutableModel[] _models;
    private readonly int[] _byPrice;
    private readonly int[] _byQuality;

    internal ModelSnapshot(ImmutableArray<RoutableModel> all, DateTimeOffset asOf)
    {
        All = all;
        _models = [.. all.Where(model => !model.Profile.IsRetired(asOf))];
        Models = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(_models);
        ValidUntil = all
            .SelectMany(static model => new[] { model.Profile.DeprecatedOn, model.Profile.RetiresOn })
            .Where(date => date > asOf)
            .Select(static date => date!.Value) // not null: the filter above compared it
            .DefaultIfEmpty(DateTimeOffset.MaxValue)
            .Min();

        // A model without a known price may cost anything, so it is never preferred for being cheap.
        _byPrice = [.. Enumerable.Range(0, _models.Length)
            .OrderBy(i => _models[i].Profile.BlendedUsdPerMillionTokens ?? decimal.MaxValue)
            .ThenByDescending(i => _models[i].Profile.Quality)
            .ThenBy(i => _models[i].Id, StringComparer.Ordinal)];
        _byQuality = [.. Enumerable.Range(0, _models.Length)
            .OrderByDescending(i => _models[i].Profile.Quality)
            .ThenBy(i => _models[i].Profile.BlendedUsdPerMillionTokens ?? decimal.MaxValue)
            .ThenBy(i => _models[i].Id, StringComparer.Ordinal)];
        Strongest = _byQuality.Select(i => _models[i]).FirstOrDefault(static model => model.Profile.BlendedUsdPerMillionTokens is not null);
        _references = BuildReferences(asOf).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Gets the models in service, in the order in which they were registered.</summary>
    public ImmutableArray<RoutableModel> Models { get; }

    /// <summary>Gets every registered model, retired ones included.</summary>
    public ImmutableArray<RoutableModel> All { get; }

    /// <summary>Gets the moment at which the next model retires or is deprecated.</summary>
    internal DateTimeOffset ValidUntil { get; }

    internal RoutableModel[] ModelArray => _models;

    ReadOnlySpan<RoutableModel> IModelLookup.InService => _models;

    /// <summary>Gets positions in <see cref="Models"/>, cheapest first, unknown prices last.</summary>
    internal ReadOnlySpan<int> ByPrice => _byPrice;

    /// <summary>Gets positions in <see cref="Models"/>, best first.</summary>
    internal ReadOnlySpan<int> ByQuality => _byQuality;

    /// <summary>Gets the best model whose price is known: what a host without a router would send everything to.</summary>
    /// <value>null when no price is known.</value>
    internal RoutableModel? Strongest { get; }

    /// <summary>Looks a model up.</summary>
    /// <param name="reference">An id, a family (its newest version in service), or either with <c>@version</c>; in any case.</param>
    /// <returns>The model in service: where the one referred to has retired, the one that replaced it; null when there is none.</returns>
    public RoutableModel? Find(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return _references.GetValueOrDefault(reference);
    }

    TimeSpan? IModelLookup.LatencyOf(RoutableModel model) => model.ExpectedLatency;

    TimeSpan? IModelLookup.LatencyAt(RoutableModel model, ref long now) => model.ExpectedLatencyAt(ref now);

    /// <summary>Says whether a reference means a registered model, even one that has retired without a replacement.</summary>
    internal bool Knows(string reference) =>
        Find(reference) is not null
        || All.Any(model => model.Profile.References().Contains(reference, StringComparer.OrdinalIgnoreCase));

    /// <summary>Finds the models of a tier.</summary>
    /// <param name="tier">The tier's name, in any case.</param>
    /// <returns>Cheapest first, unknown prices last.</returns>
    public ImmutableArray<RoutableModel> InTier(string tier) =>
        Select(model => string.Equals(model.Profile.Tier, tier, StringComparison.OrdinalIgnoreCase));

    /// <summary>Finds the models that have capabilities.</summary>
    /// <param name="capabilities">All of them are required.</param>
    /// <returns>Cheapest first, unknown prices last.</returns>
    public ImmutableArray<RoutableModel> WithCapabilities(ModelCapabilities capabilities) =>
        Select(model => (model.Profile.Capabilities & capabilities) == capabilities);

    /// <summary>Finds the models that carry a tag.</summary>
    /// <param name="tag">The tag, in any case.</param>
    /// <returns>Cheapest first, unknown prices last.</returns>
    public ImmutableArray<RoutableModel> WithTag(string tag) => Select(model => model.Profile.Tags.Contains(tag));

    private ImmutableArray<RoutableModel> Select(Func<RoutableModel, bool> predicate) =>
        [.. _byPrice.Select(i => _models[i]).Where(predicate)];

    private Dictionary<string, RoutableModel> BuildReferences(DateTimeOffset asOf)
    {
        Dictionary<string, RoutableModel> ids = All.ToDictionary(static model => model.Id, StringComparer.OrdinalIgnoreCase);
        Dictionary<string, RoutableModel> references = new(StringComparer.OrdinalIgnoreCase);

        // Families first: an id of the same name is the more exact reference and overwrites them.
        foreach (IGrouping<string, RoutableModel> family in All
            .Where(static model => model.Profile.Family is not null)
            .GroupBy(static model => model.Profile.Family!, StringComparer.OrdinalIgnoreCase)) // not null: filtered
        {
            foreach (RoutableModel model in family.OrderBy(static model => model.Profile.Version, VersionComparer.Instance))
            {
                if (Resolve(model, ids, asOf) is { } served)
                {
                    if (model.Profile.Version is { } version)
                    {
                        references[$"{family.Key}@{version}"] = served;
                    }

                    if (!model.Profile.IsRetired(asOf) || !references.ContainsKey(family.Key))
                    {
                        references[family.Key] = served;
                    }
                }
            }
        }

        foreach (RoutableModel model in All)
        {
            if (Resolve(model, ids, asOf) is { } served)
            {
                references[model.Id] = served;
                if (model.Profile.Version is { } version)
                {
                    references[$"{model.Id}@{version}"] = served;
                }
            }
        }

        return references;
    }

    private static RoutableModel? Resolve(RoutableModel model, Dictionary<string, RoutableModel> ids, DateTimeOffset asOf)
    {
        // The registry refuses replacement cycles; the bound makes a bug there harmless.
        RoutableModel? current = model;
        for (int hops = 0; current is not null && current.Profile.IsRetired(asOf) && hops < ids.Count; hops++)
        {
            current = current.Profile.ReplacedBy is { } next ? ids.GetValueOrDefault(next) : null;
        }

        return current?.Profile.IsRetired(asOf) == false ? current : null;
    }
}
