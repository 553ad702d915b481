using System.Collections;

namespace LlmRouting;

/// <summary>Holds the models that the constraints left over, for strategies to choose from.</summary>
/// <remarks>Immutable. In the registry's order; use <see cref="Find"/> to look one up.</remarks>
public sealed class CandidateSet : IReadOnlyList<Candidate>
{
    private readonly RoutableModel[] _models;
    private readonly int _count;
    private readonly RequestFeatures _features;
    private readonly IModelLookup? _lookup;

    /// <summary>Creates a set.</summary>
    /// <param name="models">The models.</param>
    /// <param name="features">What was read off the request.</param>
    public CandidateSet(IEnumerable<RoutableModel> models, RequestFeatures features)
        : this([.. models], features)
    {
    }

    private CandidateSet(RoutableModel[] models, RequestFeatures features)
        : this(models, models.Length, features, lookup: null)
    {
    }

    internal CandidateSet(RoutableModel[] models, int count, RequestFeatures features, IModelLookup? lookup)
    {
        ArgumentNullException.ThrowIfNull(features);
        _models = models;
        _count = count;
        _features = features;
        _lookup = lookup;
    }

    /// <summary>Gets how many candidates there are.</summary>
    public int Count => _count;

    /// <summary>Gets a candidate by position.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public Candidate this[int index] => new(Models[index], _features) { Models = _lookup };

    /// <summary>Gets the models without their estimates.</summary>
    internal ReadOnlySpan<RoutableModel> Models => _models.AsSpan(0, _count);

    /// <summary>Looks a candidate up by its model's id.</summary>
    /// <param name="modelId">The id, in any case.</param>
    /// <returns>The candidate; null when the model is none.</returns>
    public Candidate? Find(string modelId)
    {
        foreach (RoutableModel model in Models)
        {
            if (string.Equals(model.Id, modelId, StringComparison.OrdinalIgnoreCase))
            {
                return new Candidate(model, _features) { Models = _lookup };
            }
        }

        return null;
    }

    /// <summary>Looks a model up by anything that refers to it, through the registry where there is one.</summary>
    internal RoutableModel? Resolve(string reference)
    {
        RoutableModel? model = _lookup?.Find(reference);
        return Find(model?.Id ?? reference)?.Model;
    }

    /// <inheritdoc/>
    public IEnumerator<Candidate> GetEnumerator()
    {
        for (int i = 0; i < _count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
