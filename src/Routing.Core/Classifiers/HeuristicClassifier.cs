namespace LlmRouting.Classifiers;

/// <summary>Placeholder until the heuristic lands.</summary>
public sealed class HeuristicClassifier : IRequestClassifier, ITrustedStep
{
    /// <inheritdoc/>
    public string Name => "heuristic";

    /// <inheritdoc/>
    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken) => new(Classification.Unknown);
}
