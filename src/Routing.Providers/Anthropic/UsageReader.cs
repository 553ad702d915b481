using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Brings the SDK's counts to the names that all adapters use.</summary>
internal static class UsageReader
{
    private const string SdkCacheWriteKey = "CacheCreationInputTokens";

    /// <summary>Renames the count of tokens written to the cache, and takes out what is no count.</summary>
    /// <param name="usage">The SDK's usage, whose count of input tokens includes those written to the cache and those read from it.</param>
    /// <param name="hourlyWrites">How many of those written are kept for an hour; the SDK's usage leaves that out.</param>
    public static void Normalize(UsageDetails? usage, long? hourlyWrites)
    {
        if (usage is null)
        {
            return;
        }

        usage.InputTokenCount = Count(usage.InputTokenCount);
        usage.OutputTokenCount = Count(usage.OutputTokenCount);
        usage.TotalTokenCount = Count(usage.TotalTokenCount);
        usage.CachedInputTokenCount = Count(usage.CachedInputTokenCount);
        usage.ReasoningTokenCount = Count(usage.ReasoningTokenCount);
        if (usage.AdditionalCounts is { } counts && counts.Remove(SdkCacheWriteKey, out long written))
        {
            UsageCounts.Add(usage, UsageCounts.CacheWriteInputTokens, written);
        }

        UsageCounts.Add(usage, UsageCounts.CacheWriteHourInputTokens, hourlyWrites);
    }

    /// <summary>Reads how many tokens were written to the cache for an hour, off an answer or the first event of a stream.</summary>
    /// <returns>null when it does not say.</returns>
    public static long? HourlyWrites(object? raw) => UsageOf(raw)?.CacheCreation?.Ephemeral1hInputTokens;

    /// <summary>Reads what the first event of a stream counts, for a stream that breaks before the SDK sums it up.</summary>
    /// <returns>null when the event is another one.</returns>
    public static UsageDetails? FromStart(object? streamEvent)
    {
        if (UsageOf(streamEvent) is not { } usage)
        {
            return null;
        }

        long written = usage.CacheCreationInputTokens ?? 0;
        long read = usage.CacheReadInputTokens ?? 0;
        UsageDetails details = new()
        {
            InputTokenCount = usage.InputTokens + written + read,
            CachedInputTokenCount = usage.CacheReadInputTokens,
            OutputTokenCount = usage.OutputTokens,
            TotalTokenCount = usage.InputTokens + written + read + usage.OutputTokens,
        };
        UsageCounts.Add(details, SdkCacheWriteKey, written);
        Normalize(details, HourlyWrites(streamEvent));
        return details;
    }

    private static global::Anthropic.Models.Messages.Usage? UsageOf(object? raw) => raw switch
    {
        Message message => message.Usage,
        RawMessageStreamEvent { Value: RawMessageStartEvent start } => start.Message.Usage,
        _ => null,
    };

    private static long? Count(long? count) => count < 0 ? null : count;
}
