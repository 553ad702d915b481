using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Reads why an answer ended. The SDK's own reader throws on every reason that OpenAI does not use.</summary>
internal static class FinishReasonMapper
{
    /// <summary>Maps the reason; null or blank means that the answer has not ended.</summary>
    public static ChatFinishReason? Map(string? reason, string provider) => reason switch
    {
        _ when string.IsNullOrWhiteSpace(reason) => null,
        "stop" or "eos" or "eos_token" or "end_turn" or "stop_sequence" => ChatFinishReason.Stop,
        "length" or "max_tokens" or "model_length" => ChatFinishReason.Length,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        "content_filter" => ChatFinishReason.ContentFilter,
        "error" => throw Failed(FailureKind.ServerError, reason, provider),
        "insufficient_system_resource" => throw Failed(FailureKind.Overloaded, reason, provider),
        "abort" => throw Failed(FailureKind.TruncatedStream, reason, provider),
        _ => new ChatFinishReason(reason),
    };

    private static ProviderException Failed(FailureKind kind, string reason, string provider) =>
        new(kind, $"'{provider}' broke its answer off ({reason}).");
}
