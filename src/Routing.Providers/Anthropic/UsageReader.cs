using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Brings the SDK's counts to the names that all adapters use.</summary>
internal static class UsageReader
{
    private const string SdkCacheWriteKey = "CacheCreationInputTokens";
    private const string CacheWriteKey = "CacheWriteInputTokens";

    /// <summary>Renames the count of tokens written to the cache. The count of input tokens includes them, and those read from it.</summary>
    public static void Normalize(UsageDetails? usage)
    {
        if (usage?.AdditionalCounts is { } counts && counts.Remove(SdkCacheWriteKey, out long written))
        {
            counts[CacheWriteKey] = written;
        }
    }

    /// <summary>Reads what the first event of a stream counts, for a stream that breaks before the SDK sums it up.</summary>
    /// <returns>null when the event is another one.</returns>
    public static UsageDetails? FromStart(object? streamEvent)
    {
        if (streamEvent is not RawMessageStreamEvent { Value: RawMessageStartEvent { Message.Usage: { } usage } })
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
        if (written > 0)
        {
            details.AdditionalCounts = new() { [CacheWriteKey] = written };
        }

        return details;
    }
}
