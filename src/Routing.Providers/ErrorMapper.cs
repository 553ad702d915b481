using System.Collections.Frozen;

namespace LlmRouting.Providers;

/// <summary>Tells the kind of a failure from its status and from what the service said.</summary>
internal static class ErrorMapper
{
    // Codes and types of OpenAI, Azure, Groq, OpenRouter, Mistral, DeepSeek, Google's endpoint and llama.cpp.
    private static readonly FrozenDictionary<string, FailureKind> KindsByName = new Dictionary<string, FailureKind>
    {
        ["insufficient_quota"] = FailureKind.QuotaExhausted,
        ["quota_exceeded"] = FailureKind.QuotaExhausted,
        ["billing_hard_limit_reached"] = FailureKind.QuotaExhausted,
        ["billing_not_active"] = FailureKind.QuotaExhausted,
        ["insufficient_balance"] = FailureKind.QuotaExhausted,
        ["insufficient_credits"] = FailureKind.QuotaExhausted,
        ["context_length_exceeded"] = FailureKind.ContextLengthExceeded,
        ["context_window_exceeded"] = FailureKind.ContextLengthExceeded,
        ["exceed_context_size_error"] = FailureKind.ContextLengthExceeded,
        ["request_too_large"] = FailureKind.ContextLengthExceeded,
        ["content_filter"] = FailureKind.ContentFiltered,
        ["content_policy_violation"] = FailureKind.ContentFiltered,
        ["ResponsibleAIPolicyViolation"] = FailureKind.ContentFiltered,
        ["data_inspection_failed"] = FailureKind.ContentFiltered,
        ["model_not_found"] = FailureKind.NotFound,
        ["model_not_available"] = FailureKind.NotFound,
        ["model_decommissioned"] = FailureKind.NotFound,
        ["DeploymentNotFound"] = FailureKind.NotFound,
        ["invalid_model"] = FailureKind.NotFound,
        ["not_found_error"] = FailureKind.NotFound,
        ["invalid_api_key"] = FailureKind.Auth,
        ["authentication_error"] = FailureKind.Auth,
        ["permission_error"] = FailureKind.Auth,
        ["rate_limit_exceeded"] = FailureKind.RateLimited,
        ["rate_limit_error"] = FailureKind.RateLimited,
        ["too_many_requests"] = FailureKind.RateLimited,
        ["RESOURCE_EXHAUSTED"] = FailureKind.RateLimited,
        ["overloaded_error"] = FailureKind.Overloaded,
        ["engine_overloaded"] = FailureKind.Overloaded,
        ["server_overloaded"] = FailureKind.Overloaded,
        ["service_unavailable"] = FailureKind.Overloaded,
        ["unavailable_error"] = FailureKind.Overloaded,
        ["server_error"] = FailureKind.ServerError,
        ["internal_error"] = FailureKind.ServerError,
        ["internal_server_error"] = FailureKind.ServerError,
        ["api_error"] = FailureKind.ServerError,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // Servers without a code for it say it in words: vLLM, Ollama, DeepSeek, OpenRouter, Mistral, llama.cpp.
    private static readonly string[] ContextLengthPhrases =
    [
        "maximum context length", "context length exceeded", "exceeds the context length", "context window", "prompt is too long",
        "input is too long", "exceeds the available context size", "exceed the model's maximum", "maximum prompt length", "too large for model with",
    ];

    /// <summary>Tells the kind of an error response, or of an error event in a stream that began with 200.</summary>
    public static FailureKind Classify(int status, in ErrorBody error)
    {
        if (error.Flagged)
        {
            return FailureKind.ContentFiltered;
        }

        if (Named(error.Code) is FailureKind byCode)
        {
            // Groq answers 413 with rate_limit_exceeded to a request that is larger than a whole minute's allowance: waiting will not help.
            return byCode == FailureKind.RateLimited && status == 413 ? FailureKind.ContextLengthExceeded : byCode;
        }

        if (IsAboutContextLength(status, error.Message))
        {
            return FailureKind.ContextLengthExceeded;
        }

        return FromStatus(status) ?? Named(error.Type) ?? FromStatus(error.Status) ?? FromType(error.Type);
    }

    /// <summary>Creates the exception for an error that came with a status of 200.</summary>
    public static ProviderException Reported(in ErrorBody error, string provider)
    {
        FailureKind kind = Classify(status: 0, error);

        // An error that breaks off an answer without a word of ours to blame is the service's own.
        return new ProviderException(
            kind == FailureKind.Unknown ? FailureKind.ServerError : kind,
            $"'{provider}' reported an error in its answer ({error.Describe()}).");
    }

    private static FailureKind? Named(string? name) => name is not null && KindsByName.TryGetValue(name, out FailureKind kind) ? kind : null;

    private static FailureKind FromType(string? type) =>
        string.Equals(type, "invalid_request_error", StringComparison.OrdinalIgnoreCase) ? FailureKind.InvalidRequest : FailureKind.Unknown;

    private static FailureKind? FromStatus(int status) => status switch
    {
        400 or 415 or 422 => FailureKind.InvalidRequest,
        401 or 403 => FailureKind.Auth,
        402 => FailureKind.QuotaExhausted,
        404 or 405 or 410 => FailureKind.NotFound,
        408 => FailureKind.Timeout,

        // A conflict is with another request, not with this one's content.
        409 => FailureKind.ServerError,
        413 => FailureKind.ContextLengthExceeded,
        429 => FailureKind.RateLimited,

        // 498: Groq's flexible tier is full. 529: a site is overloaded.
        498 or 503 or 529 => FailureKind.Overloaded,
        >= 500 and < 600 => FailureKind.ServerError,

        // The SDK follows no redirect, so that no key reaches a third place: the configured address is wrong.
        >= 300 and < 400 => FailureKind.NotFound,
        >= 400 and < 500 => FailureKind.InvalidRequest,

        // An SDK that throws over one of these expected an answer and did not get one.
        >= 200 and < 300 => FailureKind.MalformedResponse,
        _ => null,
    };

    private static bool IsAboutContextLength(int status, string? message)
    {
        if (message is null || status is 401 or 403 or 404 or 429)
        {
            return false;
        }

        foreach (string phrase in ContextLengthPhrases)
        {
            if (message.Contains(phrase, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
