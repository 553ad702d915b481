namespace LlmRouting.Constraints;

/// <summary>Keeps the models whose context window holds the request and leaves room for the answer.</summary>
/// <param name="outputReserveTokens">Room left for the answer when the caller set no limit; tokens, at least 0; default 1024.</param>
/// <param name="safetyMarginRatio">How much larger than estimated the request is taken to be, since tokens are estimated; 0 to 1; default 0.1.</param>
public sealed class ContextWindowConstraint(int outputReserveTokens = 1024, double safetyMarginRatio = 0.1) : IRoutingConstraint
{
    /// <inheritdoc/>
    public string Name => "context-window";

    /// <inheritdoc/>
    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(request);
        ModelProfile profile = candidate.Profile;
        RequestFeatures features = request.Features;
        if (profile.MaxOutputTokens < features.MaxOutputTokens)
        {
            return "cannot write an answer as long as the caller allows";
        }

        if (profile.ContextTokens is not { } window)
        {
            return null;
        }

        // Half of a small window at the most is kept free for an answer whose length nobody limited.
        int reserve = features.MaxOutputTokens ?? Math.Min(outputReserveTokens, window / 2);
        double needed = (features.EstimatedInputTokens * (1 + safetyMarginRatio)) + reserve;
        return needed > window ? "its context window is too small for the request and its answer" : null;
    }
}
