using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Reads the usage of an answer.</summary>
internal static class UsageMapper
{
    /// <summary>Finds the usage in a response or in a chunk of a stream; null when it has none.</summary>
    public static UsageDetails? Find(JsonElement root)
    {
        if (!root.TryGet("usage"u8, out JsonElement usage) || usage.ValueKind != JsonValueKind.Object)
        {
            // Groq's older place for the usage of a stream.
            if (!root.TryGet("x_groq"u8, out JsonElement groq) || !groq.TryGet("usage"u8, out usage) || usage.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
        }

        UsageDetails details = Map(usage);
        AddTerms(details, root.GetText("service_tier"u8) ?? usage.GetText("service_tier"u8));
        return details;
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

        UsageCounts.Add(details, UsageCounts.CacheWriteInputTokens, input.GetCount("cache_write_tokens"u8));
        UsageCounts.Add(details, UsageCounts.InputAudioTokens, input.GetCount("audio_tokens"u8));
        UsageCounts.Add(details, UsageCounts.OutputAudioTokens, output.GetCount("audio_tokens"u8));
        UsageCounts.Add(details, UsageCounts.InputImageTokens, input.GetCount("image_tokens"u8));
        UsageCounts.Add(details, UsageCounts.AcceptedPredictionTokens, output.GetCount("accepted_prediction_tokens"u8));
        UsageCounts.Add(details, UsageCounts.RejectedPredictionTokens, output.GetCount("rejected_prediction_tokens"u8));
        AddReportedCost(details, usage);

        // Mistral bills what it heard by the second, beside the tokens.
        UsageCounts.Add(details, UsageCounts.OtherTermsRequests, usage.GetCount("prompt_audio_seconds"u8) > 0 ? 1 : null);
        return details;
    }

    // OpenRouter says what a call cost. With a key of the host's own, that is its fee alone, and the service behind it bills the rest.
    private static void AddReportedCost(UsageDetails details, JsonElement usage)
    {
        if (usage.GetAmount("cost"u8) is not { } cost)
        {
            return;
        }

        if (usage.TryGet("is_byok"u8, out JsonElement own) && own.ValueKind == JsonValueKind.True)
        {
            usage.TryGet("cost_details"u8, out JsonElement parts);
            if (parts.GetAmount("upstream_inference_cost"u8) is not { } upstream)
            {
                // Only a part is known, so that the bill is made from the tokens.
                return;
            }

            cost += upstream;
        }

        UsageCounts.AddReportedCost(details, cost);
    }

    private static void AddTerms(UsageDetails details, string? tier)
    {
        switch (tier)
        {
            case null or "" or "default" or "standard" or "auto" or "on_demand":
                break;
            case "flex" or "batch":
                UsageCounts.Add(details, UsageCounts.BatchRequests, 1);
                break;
            default:
                UsageCounts.Add(details, UsageCounts.OtherTermsRequests, 1);
                break;
        }
    }
}
