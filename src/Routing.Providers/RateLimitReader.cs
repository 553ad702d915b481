using System.Globalization;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers;

/// <summary>Reads what a service says is left of its rate limits.</summary>
/// <remarks>
/// OpenAI, Azure and Groq: <c>x-ratelimit-remaining-requests</c> and <c>x-ratelimit-reset-requests</c>, a duration. Anthropic:
/// <c>anthropic-ratelimit-requests-remaining</c> and <c>anthropic-ratelimit-requests-reset</c>, a date of RFC 3339. Both also of tokens.
/// </remarks>
internal static class RateLimitReader
{
    // RFC 3339 is a subset of what the round-trip formats take, but for the digits of a second.
    private static readonly string[] DateFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads the headers of a response.</summary>
    /// <param name="find">Finds the value of a header; null when the response has none of that name.</param>
    /// <param name="timeProvider">Turns a date into a time to wait.</param>
    /// <returns>null when they say nothing of what is left.</returns>
    public static RateLimitState? Read(Func<string, string?> find, TimeProvider timeProvider)
    {
        long? requests = Count(find("x-ratelimit-remaining-requests"));
        long? tokens = Count(find("x-ratelimit-remaining-tokens"));
        if (requests is not null || tokens is not null)
        {
            return new RateLimitState
            {
                RemainingRequests = requests,
                RequestsResetAfter = HeaderDuration.Parse(find("x-ratelimit-reset-requests")),
                RemainingTokens = tokens,
                TokensResetAfter = HeaderDuration.Parse(find("x-ratelimit-reset-tokens")),
            };
        }

        requests = Count(find("anthropic-ratelimit-requests-remaining"));
        tokens = Count(find("anthropic-ratelimit-tokens-remaining"));
        return requests is null && tokens is null ? null : new RateLimitState
        {
            RemainingRequests = requests,
            RequestsResetAfter = FromDate(find("anthropic-ratelimit-requests-reset"), timeProvider),
            RemainingTokens = tokens,
            TokensResetAfter = FromDate(find("anthropic-ratelimit-tokens-reset"), timeProvider),
        };
    }

    /// <summary>Attaches what is left to a whole answer.</summary>
    public static void Attach(ChatResponse response, RateLimitState? limits)
    {
        if (limits is not null)
        {
            (response.AdditionalProperties ??= [])[RateLimitState.Key] = limits;
        }
    }

    /// <summary>Attaches what is left to an update that has no message's id, so that it lands on the response.</summary>
    public static void Attach(ChatResponseUpdate update, RateLimitState? limits)
    {
        if (limits is not null)
        {
            (update.AdditionalProperties ??= [])[RateLimitState.Key] = limits;
        }
    }

    private static long? Count(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : null;

    private static TimeSpan? FromDate(string? text, TimeProvider timeProvider) =>
        DateTimeOffset.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? HeaderDuration.Until(date, timeProvider)
            : null;
}
