using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Knows the exceptions of the OpenAI SDK, and of every service that is reached through it.</summary>
/// <remarks>Thread-safe. Looks at the status, at the code in the body, and at the headers that say when to come back.</remarks>
public sealed class OpenAIFailureClassifier : IFailureClassifier
{
    private readonly TimeProvider _timeProvider;

    /// <summary>Creates the classifier.</summary>
    /// <param name="timeProvider">Turns a date to wait for into a time to wait; null means <see cref="TimeProvider.System"/>.</param>
    public OpenAIFailureClassifier(TimeProvider? timeProvider = null) => _timeProvider = timeProvider ?? TimeProvider.System;

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
            case ClientResultException failed:
                return Classify(failed, out retryAfter);
            case JsonException:
                return FailureKind.MalformedResponse;
            case IOException:
                return FailureKind.Network;
            default:
                return null;
        }
    }

    private FailureKind Classify(ClientResultException failed, out TimeSpan? retryAfter)
    {
        retryAfter = null;
        if (failed.GetRawResponse() is not PipelineResponse response)
        {
            // The SDK gives a request that never got an answer the status 0, and what went wrong as the inner exception.
            return failed.Status == 0 ? WithoutResponse(failed) : ErrorMapper.Classify(failed.Status, default);
        }

        retryAfter = RetryAfterReader.Read(name => response.Headers.TryGetValue(name, out string? value) ? value : null, _timeProvider);
        return ErrorMapper.Classify(failed.Status, ReadBody(response));
    }

    private static FailureKind WithoutResponse(ClientResultException failed) =>
        failed.InnerException is TimeoutException or OperationCanceledException ? FailureKind.Timeout : FailureKind.Network;

    private static ErrorBody ReadBody(PipelineResponse response)
    {
        try
        {
            return ErrorBody.Parse(response.Content.ToMemory().Span);
        }
        catch (InvalidOperationException)
        {
            // The SDK buffers the body before it throws; one that somebody else left unread only takes the detail away.
            return default;
        }
    }
}
