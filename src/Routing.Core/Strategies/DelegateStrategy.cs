namespace LlmRouting.Strategies;

/// <summary>Turns a delegate into a strategy.</summary>
/// <remarks>Thread-safe if the delegate is.</remarks>
public sealed class DelegateStrategy : IRoutingStrategy
{
    private readonly Func<RoutingRequest, CandidateSet, CancellationToken, ValueTask<StrategyVerdict>> _evaluate;

    /// <summary>Creates a strategy from an asynchronous delegate.</summary>
    /// <param name="name">The name that configuration and records use.</param>
    /// <param name="evaluate">Gives the verdict.</param>
    public DelegateStrategy(string name, Func<RoutingRequest, CandidateSet, CancellationToken, ValueTask<StrategyVerdict>> evaluate)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(evaluate);
        Name = name;
        _evaluate = evaluate;
    }

    /// <summary>Creates a strategy from a synchronous delegate.</summary>
    /// <param name="name">The name that configuration and records use.</param>
    /// <param name="evaluate">Gives the verdict.</param>
    public DelegateStrategy(string name, Func<RoutingRequest, CandidateSet, StrategyVerdict> evaluate)
        : this(name, Wrap(evaluate))
    {
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken) =>
        _evaluate(request, candidates, cancellationToken);

    private static Func<RoutingRequest, CandidateSet, CancellationToken, ValueTask<StrategyVerdict>> Wrap(
        Func<RoutingRequest, CandidateSet, StrategyVerdict> evaluate)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        return (request, candidates, _) => new(evaluate(request, candidates));
    }
}
