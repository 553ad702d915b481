using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace LlmRouting.Execution;

/// <summary>Turns an exception into a <see cref="FailureKind"/>.</summary>
/// <remarks>
/// In this order: what the SDKs' own classifiers know; exceptions of the base class library; telling texts, for SDKs that nobody registered
/// a classifier for. Whether the *caller* cancelled is asked before, of the caller's token, never of the exception.
/// </remarks>
internal sealed class FailureInterpreter(ImmutableArray<IFailureClassifier> classifiers)
{
    private const int MaxDepth = 8;

    public FailureKind Interpret(Exception exception, out TimeSpan? retryAfter)
    {
        retryAfter = null;
        int depth = 0;
        for (Exception? current = Flatten(exception); current is not null && depth < MaxDepth; current = Flatten(current.InnerException), depth++)
        {
            FailureKind? kind = AskClassifiers(current, out retryAfter) ?? FromBaseLibrary(current, out retryAfter);
            if (kind is not null)
            {
                return kind.Value;
            }
        }

        return FromText(exception) ?? FailureKind.Unknown;
    }

    /// <summary>Says whether a request certainly never reached its service, so that nobody can bill it.</summary>
    public static bool WasNeverSent(Exception exception)
    {
        int depth = 0;
        for (Exception? current = Flatten(exception); current is not null && depth < MaxDepth; current = Flatten(current.InnerException), depth++)
        {
            if (current is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
                }
                or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable })
            {
                return true;
            }
        }

        return false;
    }

    private static Exception? Flatten(Exception? exception) =>
        exception is AggregateException { InnerExceptions: [.., Exception last] } ? Flatten(last) : exception;

    private FailureKind? AskClassifiers(Exception exception, out TimeSpan? retryAfter)
    {
        foreach (IFailureClassifier classifier in classifiers)
        {
            try
            {
                if (classifier.Classify(exception, out retryAfter) is { } kind)
                {
                    return kind;
                }
            }
            catch (Exception)
            {
                // One that fails over a failure knows nothing of it.
            }
        }

        retryAfter = null;
        return null;
    }

    private static FailureKind? FromBaseLibrary(Exception exception, out TimeSpan? retryAfter)
    {
        retryAfter = (exception as ProviderException)?.RetryAfter ?? (exception as RouteFailedException)?.RetryAfter;
        return exception switch
        {
            ProviderException provider => provider.Kind,
            RouteFailedException routed => routed.Kind,
            OverloadedException => FailureKind.Overloaded, // of a router behind this one: it called nobody
            NoCandidateException => FailureKind.Unknown, // of a router behind this one: other models may well serve the request
            HttpRequestException { StatusCode: { } status } => FromStatus(status),
            TimeoutException => FailureKind.Timeout,
            OperationCanceledException => FailureKind.Timeout, // not the caller's: that was ruled out before
            HttpRequestException or SocketException or IOException => FailureKind.Network,
            JsonException => FailureKind.MalformedResponse,
            _ => null,
        };
    }

    private static FailureKind FromStatus(HttpStatusCode status) => (int)status switch
    {
        401 or 403 => FailureKind.Auth,
        402 => FailureKind.QuotaExhausted,
        404 => FailureKind.NotFound,
        408 => FailureKind.Timeout,
        413 => FailureKind.ContextLengthExceeded,
        429 => FailureKind.RateLimited,
        503 or 529 => FailureKind.Overloaded,
        >= 500 => FailureKind.ServerError,
        >= 400 => FailureKind.InvalidRequest,
        _ => FailureKind.Unknown,
    };

    private static FailureKind? FromText(Exception exception)
    {
        for (Exception? current = exception; current is not null; current = current.InnerException)
        {
            string text = current.Message;
            foreach ((string part, FailureKind kind) in TellingTexts)
            {
                if (text.Contains(part, StringComparison.OrdinalIgnoreCase))
                {
                    return kind;
                }
            }
        }

        return null;
    }

    // Parts of messages that SDKs in the field write; the more exact ones stand first.
    private static readonly ImmutableArray<(string Part, FailureKind Kind)> TellingTexts =
    [
        ("context_length_exceeded", FailureKind.ContextLengthExceeded),
        ("maximum context length", FailureKind.ContextLengthExceeded),
        ("prompt is too long", FailureKind.ContextLengthExceeded),
        ("insufficient_quota", FailureKind.QuotaExhausted),
        ("content_filter", FailureKind.ContentFiltered),
        ("overloaded_error", FailureKind.Overloaded),
        ("rate_limit", FailureKind.RateLimited),
        ("HTTP 429 (", FailureKind.RateLimited),
        ("HTTP 401 (", FailureKind.Auth),
        ("HTTP 403 (", FailureKind.Auth),
        ("HTTP 404 (", FailureKind.NotFound),
        ("HTTP 400 (", FailureKind.InvalidRequest),
        ("HTTP 503 (", FailureKind.Overloaded),
        ("HTTP 529 (", FailureKind.Overloaded),
        ("HTTP 5", FailureKind.ServerError),
    ];
}
