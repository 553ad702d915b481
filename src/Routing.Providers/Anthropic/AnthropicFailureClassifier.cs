using System.Text.Json;
using Anthropic.Exceptions;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Knows the exceptions of the Anthropic SDK.</summary>
/// <remarks>
/// Thread-safe. Looks at the status, at the type of the error, and at the few words that the service has no type for. How long to wait is known
/// for calls of an <see cref="AnthropicChatClient"/> that an <see cref="AnthropicProvider"/> made: the SDK's exceptions hold no headers.
/// </remarks>
public sealed class AnthropicFailureClassifier : IFailureClassifier
{
    private const string RetryAfterKey = "LlmRouting.RetryAfter";

    /// <inheritdoc/>
    public FailureKind? Classify(Exception exception, out TimeSpan? retryAfter)
    {
        ArgumentNullException.ThrowIfNull(exception);
        retryAfter = null;
        switch (exception)
        {
            case ProviderException known:
                retryAfter = known.RetryAfter;
                return known.Kind;
            case AnthropicApiException failed:
                retryAfter = failed.Data[RetryAfterKey] as TimeSpan?;
                return AnthropicErrors.Classify(failed);
            case AnthropicSseException failed:
                return AnthropicErrors.Classify(failed);
            case AnthropicIOException:
                return FailureKind.Network;
            case AnthropicInvalidDataException or JsonException:
                return FailureKind.MalformedResponse;
            default:
                return null;
        }
    }

    /// <summary>Leaves in an exception how long the service asked to be left alone.</summary>
    internal static void SetRetryAfter(AnthropicApiException exception, TimeSpan? retryAfter)
    {
        if (retryAfter is not null)
        {
            exception.Data[RetryAfterKey] = retryAfter;
        }
    }
}
