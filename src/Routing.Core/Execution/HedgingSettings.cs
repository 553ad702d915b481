namespace LlmRouting.Execution;

/// <summary>Says when a request that waits long for its first answer asks somebody else as well, and takes whichever answer comes first.</summary>
/// <remarks>
/// Immutable. After Dean and Barroso, "The Tail at Scale" (2013): a second request after the 95th percentile of the usual time cuts the tail
/// for a few more percent of calls. One request makes one hedge at most.
/// </remarks>
public sealed record HedgingSettings
{
    /// <summary>Gets whether requests are hedged whose policy does not say.</summary>
    /// <value>Default false; <see cref="RoutingPolicy.Hedge"/> goes first.</value>
    public bool Enabled { get; init; }

    /// <summary>Gets how long the first answer is waited for alone.</summary>
    /// <value>Positive; null means for as long as <see cref="Percentile"/> of the endpoint's calls take; default null.</value>
    public TimeSpan? Delay { get; init; }

    /// <summary>Gets how many of an endpoint's calls are quicker than the time for which it is waited alone.</summary>
    /// <value>Above 0 and below 1; default 0.95. Of streams the time to the first content counts, unless validators hold them to their end.</value>
    public double Percentile { get; init; } = 0.95;

    /// <summary>Gets how many calls of an endpoint must be known before <see cref="Percentile"/> says anything; until then it is not hedged.</summary>
    /// <value>1 to 256; default 20. The last 256 calls count, and are forgotten when there was none for ten minutes.</value>
    public int MinSamples { get; init; } = 20;

    /// <summary>Gets the share of requests that may be hedged.</summary>
    /// <value>Above 0, at most 1; default 0.05. It holds over any number of requests, give or take 20 hedges that were saved up.</value>
    public double MaxShare { get; init; } = 0.05;

    /// <summary>Gets whether requests that offer tools are hedged too.</summary>
    /// <value>Default false: a service that runs tools itself would run them twice.</value>
    public bool AllowTools { get; init; }

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (Delay is { } delay && (delay <= TimeSpan.Zero || delay > TimeSpan.FromDays(1)))
        {
            yield return $"Execution:Hedging:Delay is {delay}; it must be longer than zero and at most a day.";
        }

        if (Percentile is not (> 0 and < 1))
        {
            yield return FormattableString.Invariant($"Execution:Hedging:Percentile is {Percentile}; it must be above 0 and below 1.");
        }

        if (MinSamples is < 1 or > LatencySamples.Capacity)
        {
            yield return FormattableString.Invariant($"Execution:Hedging:MinSamples is {MinSamples}; it must be between 1 and {LatencySamples.Capacity}.");
        }

        if (MaxShare is not (> 0 and <= 1))
        {
            yield return FormattableString.Invariant($"Execution:Hedging:MaxShare is {MaxShare}; it must be above 0 and at most 1.");
        }
    }
}
