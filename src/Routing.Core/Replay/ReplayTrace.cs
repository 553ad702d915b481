using LlmRouting.DecisionLog;

namespace LlmRouting.Replay;

/// <summary>Gives a decision the moment, the latencies and the conversation's keeper that were recorded.</summary>
internal sealed class ReplayTrace(LoggedDecision logged, LoggedInputs inputs) : DecisionTrace, IModelLookup
{
    private IModelLookup? _models;

    public override DateTimeOffset? AsOf => logged.At;

    public override string? KnownKeeper => inputs.KeptBy;

    /// <summary>Gets what the decision asked for that was not recorded; null when nothing was missing.</summary>
    public string? Missing { get; set; }

    public ReadOnlySpan<RoutableModel> InService => _models is null ? [] : _models.InService;

    public RoutableModel? Find(string reference) => _models?.Find(reference);

    public TimeSpan? LatencyOf(RoutableModel model) => inputs.Latencies.GetValueOrDefault(model.Id) ?? model.Profile.TypicalLatency;

    public override IModelLookup Freeze(IModelLookup models)
    {
        _models = models;
        return this;
    }
}
