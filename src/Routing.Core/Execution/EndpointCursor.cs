using LlmRouting.Models;

namespace LlmRouting.Execution;

/// <summary>Goes through the endpoints of a ranking's models, each once.</summary>
/// <remarks>A mutable part of its <see cref="RouteWalk"/>.</remarks>
internal struct EndpointCursor(ModelRegistry registry, ModelSnapshot models)
{
    private const ulong EveryEndpoint = ulong.MaxValue;

    private ModelSnapshot _models = models;
    private RoutableModel? _model;
    private int _modelIndex = -1;
    private ulong _tried;

    /// <summary>Gets the models that the request goes by.</summary>
    public readonly ModelSnapshot Models => _models;

    /// <summary>Moves to the next endpoint.</summary>
    /// <param name="walk">Whose ranking it is.</param>
    /// <param name="target">Where the next attempt may go.</param>
    /// <returns>False when there is none left.</returns>
    public bool TryAdvance(RouteWalk walk, out RouteTarget target)
    {
        while (_model is null || IsThrough(walk, _model))
        {
            if (++_modelIndex >= walk.Decision.Ranking.Length || (_modelIndex > 0 && (walk.IsPinned || !walk.Request.Hints.AllowFallback)))
            {
                target = default;
                return false;
            }

            _model = _models.Find(walk.Decision.Ranking[_modelIndex]);
            _tried = 0;
        }

        int index = _model.Endpoints.Length == 1 ? 0 : walk.IsPinned ? Pinned(walk, _model) : walk.Choose(_model, _tried);
        _tried |= 1UL << index;
        target = new(_model, _model.Endpoints[index]);
        return true;
    }

    /// <summary>Passes by what is left of the model at hand.</summary>
    public void LeaveModel() => _tried = EveryEndpoint;

    /// <summary>Passes by what is left of a model, if it is the one at hand: an attempt beside another may have gone on to the next.</summary>
    public void LeaveModel(string modelId)
    {
        if (_model?.Id == modelId)
        {
            LeaveModel();
        }
    }

    /// <summary>Looks a model up again whose endpoint went out of service while the request was on its way.</summary>
    /// <returns>False when there was no reload: the router is closed.</returns>
    public bool TryFollowReload(string modelId)
    {
        ModelSnapshot now = registry.Current;
        if (ReferenceEquals(now, _models))
        {
            return false;
        }

        _models = now;
        _model = now.Find(modelId);
        _tried = 0;
        return true;
    }

    private readonly bool IsThrough(RouteWalk walk, RoutableModel model)
    {
        if (walk.IsPinned)
        {
            return _tried != 0;
        }

        int count = model.Endpoints.Length;
        ulong all = count >= RoutableModel.MaxEndpoints ? EveryEndpoint : (1UL << count) - 1;
        return (_tried & all) == all;
    }

    // The endpoint that keeps the conversation; the first, where nobody remembers.
    private static int Pinned(RouteWalk walk, RoutableModel model)
    {
        for (int i = 0; i < model.Endpoints.Length; i++)
        {
            if (model.Endpoints[i].Name == walk.Request.PinnedEndpoint)
            {
                return i;
            }
        }

        return 0;
    }
}
