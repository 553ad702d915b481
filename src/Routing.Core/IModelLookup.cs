namespace LlmRouting;

/// <summary>Is what a decision knows of the models: those in service, and how fast they are.</summary>
internal interface IModelLookup
{
    /// <summary>Gets the models in service, in the order in which they were registered.</summary>
    ReadOnlySpan<RoutableModel> InService { get; }

    /// <summary>Looks a model up by anything that refers to it.</summary>
    RoutableModel? Find(string reference);

    /// <summary>Says how long an answer of a model is expected to take.</summary>
    TimeSpan? LatencyOf(RoutableModel model);

    /// <summary>Gets the same for one of many models; frozen latencies need no clock.</summary>
    TimeSpan? LatencyAt(RoutableModel model, ref long now) => LatencyOf(model);
}
