using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Tells content that means something to a caller from content that does not, and answers from failures in disguise.</summary>
internal static class ContentInspector
{
    private const string RefusalCode = "Refusal";

    /// <summary>Says whether a caller who saw this content has seen a part of the answer.</summary>
    public static bool IsMeaningful(AIContent content) => content switch
    {
        TextContent text => !string.IsNullOrEmpty(text.Text),
        TextReasoningContent reasoning => !string.IsNullOrEmpty(reasoning.Text) || reasoning.ProtectedData is not null,
        UsageContent or ErrorContent => false,
        _ => content.GetType() != typeof(AIContent), // a bare AIContent is an envelope for raw data or annotations
    };

    public static bool IsRefusal(ErrorContent error) => string.Equals(error.ErrorCode, RefusalCode, StringComparison.OrdinalIgnoreCase);

    /// <summary>Says what an error that came as content means.</summary>
    public static FailureKind KindOf(ErrorContent error) => error.ErrorCode switch
    {
        _ when IsRefusal(error) => FailureKind.Refusal,
        "content_filter" => FailureKind.ContentFiltered,
        "context_length_exceeded" => FailureKind.ContextLengthExceeded,
        "insufficient_quota" => FailureKind.QuotaExhausted,
        "rate_limit_exceeded" => FailureKind.RateLimited,
        "overloaded_error" => FailureKind.Overloaded,
        _ => FailureKind.ServerError,
    };

    /// <summary>Looks for a failure in a whole answer.</summary>
    /// <returns>null when it is an answer.</returns>
    public static FailureKind? FindFailure(ChatResponse response)
    {
        bool isMeaningful = false;
        FailureKind? error = null;
        foreach (ChatMessage message in response.Messages)
        {
            foreach (AIContent content in message.Contents)
            {
                if (content is ErrorContent errorContent)
                {
                    error ??= KindOf(errorContent);
                }

                isMeaningful |= IsMeaningful(content);
            }
        }

        // An answer may carry an error beside its content, such as one failed hosted tool among others.
        return isMeaningful ? (error == FailureKind.Refusal ? error : FinishFailure(response.FinishReason))
            : error ?? FinishFailure(response.FinishReason)
            // A background response that is still running has no content yet, but a token to ask again with.
            ?? (response.ContinuationToken is null ? FailureKind.EmptyResponse : null);
    }

    public static FailureKind? FinishFailure(ChatFinishReason? reason) =>
        reason == ChatFinishReason.ContentFilter ? FailureKind.ContentFiltered : null;

    /// <summary>Says whether an answer in disguise goes to the caller all the same.</summary>
    public static bool IsForCaller(FailureKind kind, ExecutionSettings settings) =>
        (kind == FailureKind.ContentFiltered && !settings.FailoverOnContentFilter) || (kind == FailureKind.Refusal && !settings.FailoverOnRefusal);
}
