namespace LlmRouting.Classifiers;

/// <summary>Weighs the features of a request: how much each adds to the log-odds that the request is complex.</summary>
internal static class HeuristicWeights
{
    // A short question with nothing else known about it lands a little below the middle of the scale.
    private const double Bias = -1.5;

    /// <summary>Sums the weights.</summary>
    public static double OfFeatures(RequestFeatures features)
    {
        double logit = Bias;

        // Length says something, but is capped: a long message is not hard because it is long.
        logit += 0.45 * Math.Min(4, Math.Log2(1 + (features.Words / 12.0)));
        logit += features.HasCode ? 1.2 : 0;
        logit += 0.35 * Saturate(features.NumericExpressions, 3);
        logit += 0.3 * Saturate(features.DateExpressions, 2);
        logit += 0.5 * Saturate(features.Questions - 1, 2);
        logit += 0.6 * Saturate(features.ClauseDepth, 3);
        logit += 0.4 * Saturate(features.EntityDensity, 0.2);
        logit += 0.5 * Saturate(features.Sentences - 1, 4);
        logit += 0.3 * Saturate(features.UserTurns - 1, 4);
        logit += features.Format == RequestedFormat.JsonSchema ? 0.4 : features.Format == RequestedFormat.Json ? 0.2 : 0;
        logit += 0.5 * Saturate(features.Tools, 4);
        logit += 0.4 * Saturate(features.Documents + features.Images + features.AudioClips, 2);
        logit += (features.RequiredCapabilities & ModelCapabilities.Reasoning) != 0 ? 1 : 0;
        return logit;
    }

    private static double Saturate(double value, double half) => value <= 0 ? 0 : value / (value + half);
}
