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
    /// <remarks>
    /// The input count of Microsoft.Extensions.AI includes cached tokens and cache writes; its output count includes reasoning. Parts that
    /// say more than the whole are cut to it: a token is never billed twice.
    /// </remarks>
    public static (decimal Usd, CostCertainty Certainty) Price(
        ModelProfile profile,
        UsageDetails? usage,
        long estimatedInputTokens,
        long estimatedOutputTokens,
        bool isComplete)
    {
        // Whoever sends the bill knows best, discounts and plug-ins included.
        if (UsageCounts.ReportedCostUsd(usage) is { } reported)
        {
            return (reported, isComplete ? CostCertainty.Exact : CostCertainty.AtLeast);
        }

        long input = Math.Max(0, usage?.InputTokenCount ?? estimatedInputTokens);
        long output = Math.Max(0, usage?.OutputTokenCount ?? estimatedOutputTokens);
        Bill bill = new(profile.Prices.Tiers.IsEmpty ? profile.Prices.Tokens : profile.Prices.For(input));
        bill.AddInput(usage, input);
        bill.AddOutput(usage, output);
        decimal usd = bill.PerMillionUsd * ModelPrices.PerMillion;

        // Without any usage, whether a broken call was billed as a request is not known: it counts nothing then.
        if (profile.Prices.PerRequestUsd is { } fee && (isComplete || usage is not null))
        {
            usd += fee;
        }

        if (UsageCounts.Find(usage, UsageCounts.BatchRequests) is > 0)
        {
            usd *= profile.Prices.BatchFactor ?? 1;
            bill.IsRough |= profile.Prices.BatchFactor is null;
        }

        bill.IsRough |= UsageCounts.Find(usage, UsageCounts.OtherTermsRequests) is > 0;
        CostCertainty certainty =
            bill.IsUnknown ? CostCertainty.Unknown
            : !isComplete ? CostCertainty.AtLeast
            : !bill.IsRough && usage is { InputTokenCount: not null, OutputTokenCount: not null } ? CostCertainty.Exact
            : CostCertainty.Estimated;
        return (usd, certainty);
    }

    /// <summary>Adds up the parts of a call.</summary>
    private struct Bill(TokenPrices prices)
    {
        public decimal PerMillionUsd { get; private set; }

        /// <summary>Gets whether a price that matters is not known.</summary>
        public bool IsUnknown { get; private set; }

        /// <summary>Gets or sets whether a price stood in for one that is not known.</summary>
        public bool IsRough { get; set; }

        public void AddInput(UsageDetails? usage, long tokens)
        {
            long left = tokens;
            if (usage is not null)
            {
                long hour = UsageCounts.Find(usage, UsageCounts.CacheWriteHourInputTokens) ?? 0;
                Add(Take(ref left, usage.CachedInputTokenCount), prices.CachedInput, prices.Input, isDefined: true);
                Add(Take(ref left, hour), prices.CacheWriteHour, prices.CacheWrite ?? prices.Input, isDefined: false);
                Add(Take(ref left, (UsageCounts.CacheWrites(usage) ?? 0) - hour), prices.CacheWrite, prices.Input, isDefined: false);
                Add(Take(ref left, UsageCounts.Find(usage, UsageCounts.InputAudioTokens)), prices.AudioInput, prices.Input, isDefined: false);
                Add(Take(ref left, UsageCounts.Find(usage, UsageCounts.InputImageTokens)), prices.ImageInput, prices.Input, isDefined: true);
            }

            Add(left, prices.Input, null, isDefined: true);
        }

        public void AddOutput(UsageDetails? usage, long tokens)
        {
            long left = tokens;
            if (usage is not null)
            {
                Add(Take(ref left, usage.ReasoningTokenCount), prices.Reasoning, prices.Output, isDefined: true);
                Add(Take(ref left, UsageCounts.Find(usage, UsageCounts.OutputAudioTokens)), prices.AudioOutput, prices.Output, isDefined: false);
            }

            Add(left, prices.Output, null, isDefined: true);
        }

        private static long Take(ref long left, long? tokens)
        {
            long part = Math.Clamp(tokens ?? 0, 0, left);
            left -= part;
            return part;
        }

        /// <param name="tokens">How many.</param>
        /// <param name="price">Their own price.</param>
        /// <param name="fallback">The price that stands in for it.</param>
        /// <param name="isDefined">Whether the fallback is what "no price of its own" means, and no guess.</param>
        private void Add(long tokens, decimal? price, decimal? fallback, bool isDefined)
        {
            if (tokens == 0)
            {
                return;
            }

            PerMillionUsd += tokens * (price ?? fallback ?? 0);
            IsUnknown |= (price ?? fallback) is null;
            IsRough |= price is null && !isDefined;
        }
    }
}
