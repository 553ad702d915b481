namespace LlmRouting.Core.Tests;

/// <summary>Keeps the outcomes that it is told.</summary>
internal sealed class RecordingObserver : IRoutingObserver
{
    private readonly Lock _lock = new();
    private readonly List<RoutingOutcome> _outcomes = [];

    public IReadOnlyList<RoutingOutcome> Outcomes
    {
        get
        {
            lock (_lock)
            {
                return [.. _outcomes];
            }
        }
    }

    public void OnCompleted(RoutingOutcome outcome)
    {
        lock (_lock)
        {
            _outcomes.Add(outcome);
        }
    }
}
