using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Reads the usage of an answer.</summary>
internal static class UsageMapper
{
    /// <summary>Finds the usage in a response or in a chunk of a stream; null when it has none.</summary>
    public static UsageDetails? Find(JsonElement root)
    {
        if (root.TryGet("usage"u8, out JsonElement usage) && usage.ValueKind == JsonValueKind.Object)
        {
            return Map(usage);
        }

        // Groq's older place for the usage of a stream.
        return root.TryGet("x_groq"u8, out JsonElement groq) && groq.TryGet("usage"u8, out usage) ? Map(usage) : null;
    }

    private static UsageDetails Map(JsonElement usage)
    {
        usage.TryGet("prompt_tokens_details"u8, out JsonElement input);
        usage.TryGet("completion_tokens_details"u8, out JsonElement output);
        UsageDetails details = new()
        {
            InputTokenCount = usage.GetCount("prompt_tokens"u8),
            OutputTokenCount = usage.GetCount("completion_tokens"u8),
            TotalTokenCount = usage.GetCount("total_tokens"u8),

            // DeepSeek names its cache hits at the top.
            CachedInputTokenCount = input.GetCount("cached_tokens"u8) ?? usage.GetCount("prompt_cache_hit_tokens"u8),
            ReasoningTokenCount = output.GetCount("reasoning_tokens"u8),
        };

        // UsageDetails' own properties for audio are experimental: an answer must not fail in a host with a later Abstractions.
        Count(details, "CacheWriteInputTokens", input.GetCount("cache_write_tokens"u8));
        Count(details, "InputAudioTokens", input.GetCount("audio_tokens"u8));
        Count(details, "OutputAudioTokens", output.GetCount("audio_tokens"u8));
        Count(details, "AcceptedPredictionTokens", output.GetCount("accepted_prediction_tokens"u8));
        Count(details, "RejectedPredictionTokens", output.GetCount("rejected_prediction_tokens"u8));
        return details;
    }

    private static void Count(UsageDetails details, string name, long? count)
    {
        if (count is > 0)
        {
            details.AdditionalCounts ??= [];
            details.AdditionalCounts[name] = count.Value;
        }
    }
}
