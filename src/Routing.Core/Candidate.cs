namespace LlmRouting;

/// <summary>Is a model that may serve a request.</summary>
/// <param name="Model">The model with its endpoints.</param>
/// <param name="Features">What was read off the request, from which costs are estimated.</param>
public readonly record struct Candidate(RoutableModel Model, RequestFeatures Features)
{
    /// <summary>The answer's length that cost estimates assume when the caller set no limit.</summary>
    // The mean answer of public chat logs lies between 200 and 300 tokens (LMSYS-Chat-1M, 2023, table 1: 214.5).
    public const int AssumedOutputTokens = 256;

    /// <summary>Gets the model's facts.</summary>
    public ModelProfile Profile => Model.Profile;

    /// <summary>Gets what a call is likely to cost.</summary>
    /// <value>USD; null when the model's prices are unknown.</value>
    public decimal? EstimatedCostUsd =>
        Profile.EstimateCostUsd(Features.EstimatedInputTokens, Math.Min(Features.MaxOutputTokens ?? AssumedOutputTokens, AssumedOutputTokens));

    /// <summary>Gets how long an answer is expected to take.</summary>
    /// <value>null when nobody knows.</value>
    public TimeSpan? ExpectedLatency => Models is null ? Model.ExpectedLatency : Models.LatencyOf(Model);

    /// <summary>Gets <see cref="ExpectedLatency"/> for one of many models, with one look at the clock for all.</summary>
    /// <param name="now">Now, from <see cref="Monotonic"/>; 0 when nobody has looked at the clock yet.</param>
    /// <remarks>A decision that is recorded or replayed has its latencies frozen, and needs no clock.</remarks>
    internal TimeSpan? ExpectedLatencyAt(ref long now) => Models is null ? Model.ExpectedLatencyAt(ref now) : Models.LatencyAt(Model, ref now);

    /// <summary>Gets what the decision knows of the models; null asks the model itself.</summary>
    internal IModelLookup? Models { get; init; }
}
