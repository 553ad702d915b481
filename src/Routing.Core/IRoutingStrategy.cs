namespace LlmRouting;

/// <summary>Has an opinion on which model should serve a request.</summary>
/// <remarks>
/// Implementations are singletons and must be thread-safe. Strategies are asked in order and the first one that is confident enough
/// decides. One that throws, or runs past its deadline, has abstained: it never takes a request down.
/// </remarks>
public interface IRoutingStrategy
{
    /// <summary>Gets the name that configuration and records use.</summary>
    /// <value>Compared ignoring case.</value>
    string Name { get; }

    /// <summary>Gives an opinion.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidates">The models that the constraints left over; at least one.</param>
    /// <param name="cancellationToken">Cancelled when the caller gives up or the strategy's time is over.</param>
    /// <returns>The verdict.</returns>
    ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken);
}
