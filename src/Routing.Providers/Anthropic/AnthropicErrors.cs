using System.Text.Json;
using Anthropic.Exceptions;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Tells the kind of a failure from what the SDK's exception holds.</summary>
internal static class AnthropicErrors
{
    private const string BillingError = "billing_error";
    private const string TimeoutError = "timeout_error";

    // The service has no code for these: it answers 400 with invalid_request_error, and says the rest in words.
    private static readonly (string Phrase, FailureKind Kind)[] TellingPhrases =
    [
        ("credit balance", FailureKind.QuotaExhausted),
        ("usage limits", FailureKind.QuotaExhausted),
        ("exceed context limit", FailureKind.ContextLengthExceeded),
        ("content filtering policy", FailureKind.ContentFiltered),
    ];

    /// <summary>Tells the kind of an error response.</summary>
    public static FailureKind Classify(AnthropicApiException failed) => Classify((int)failed.StatusCode, Read(failed.Body));

    /// <summary>Tells the kind of an error event in a stream that began with 200.</summary>
    public static FailureKind Classify(AnthropicSseException failed)
    {
        FailureKind kind = Classify(status: 0, Read(failed.Body));

        // An error that breaks off an answer without a word of ours to blame is the service's own.
        return kind == FailureKind.Unknown ? FailureKind.ServerError : kind;
    }

    private static FailureKind Classify(int status, in ErrorBody error)
    {
        foreach ((string phrase, FailureKind kind) in TellingPhrases)
        {
            if (status is 0 or 400 or 403 && error.Message?.Contains(phrase, StringComparison.OrdinalIgnoreCase) == true)
            {
                return kind;
            }
        }

        return error.Type switch
        {
            BillingError => FailureKind.QuotaExhausted,
            TimeoutError => FailureKind.Timeout,
            _ => ErrorMapper.Classify(status, error),
        };
    }

    private static ErrorBody Read(JsonElement body)
    {
        try
        {
            return body.ValueKind == JsonValueKind.Undefined ? default : ErrorBody.Read(body);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in a string: the status says enough.
            return default;
        }
    }
}
