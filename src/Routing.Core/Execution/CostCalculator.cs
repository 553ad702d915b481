using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Books what a call cost.</summary>
internal static class CostCalculator
{
    /// <summary>Prices a call.</summary>
    /// <param name="profile">Whose prices apply.</param>
    /// <param name="usage">What the provider says it used; null when it did not say.</param>
    /// <param name="estimatedInputTokens">Stands in for unknown input.</param>
    /// <param name="estimatedOutputTokens">Stands in for unknown output.</param>
    /// <param name="isComplete">Whether the call ran to its end.</param>
    /// <returns>USD, and how well it is known.</returns>
    /// <remarks>The input count of Microsoft.Extensions.AI includes cached tokens; its output count includes reasoning.</remarks>
    public static (decimal Usd, CostCertainty Certainty) Price(
        ModelProfile profile,
        UsageDetails? usage,
        long estimatedInputTokens,
        long estimatedOutputTokens,
        bool isComplete)
    {
        long input = usage?.InputTokenCount ?? estimatedInputTokens;
        long output = usage?.OutputTokenCount ?? estimatedOutputTokens;
        long cached = Math.Clamp(usage?.CachedInputTokenCount ?? 0, 0, input);
        decimal? inputPrice = profile.InputUsdPerMillionTokens;
        decimal? outputPrice = profile.OutputUsdPerMillionTokens;
        decimal? cachedPrice = profile.CachedInputUsdPerMillionTokens ?? inputPrice;
        decimal usd = (Part(input - cached, inputPrice) + Part(cached, cachedPrice) + Part(output, outputPrice)) / 1_000_000m;

        bool isUnknown = (input > cached && inputPrice is null) || (cached > 0 && cachedPrice is null) || (output > 0 && outputPrice is null);
        CostCertainty certainty =
            isUnknown ? CostCertainty.Unknown
            : !isComplete ? CostCertainty.AtLeast
            : usage is { InputTokenCount: not null, OutputTokenCount: not null } ? CostCertainty.Exact
            : CostCertainty.Estimated;
        return (usd, certainty);
    }

    private static decimal Part(long tokens, decimal? price) => tokens == 0 ? 0 : tokens * (price ?? 0);
}
