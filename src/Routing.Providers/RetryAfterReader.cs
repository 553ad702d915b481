using System.Globalization;

namespace LlmRouting.Providers;

/// <summary>Reads how long a service asks to be left alone.</summary>
internal static class RetryAfterReader
{
    // RFC 9110, 5.6.7: the one that is to be sent, and the two older ones that are to be understood all the same.
    private static readonly string[] DateFormats = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    /// <summary>Reads the first of the usual headers that is there.</summary>
    /// <param name="find">Finds the value of a header; null when the response has none of that name.</param>
    /// <param name="timeProvider">Turns a date into a time to wait.</param>
    public static TimeSpan? Read(Func<string, string?> find, TimeProvider timeProvider)
    {
        if (TryReadNumber(find("retry-after-ms"), out double milliseconds))
        {
            return HeaderDuration.FromSeconds(milliseconds / 1000);
        }

        if (find("retry-after") is string value)
        {
            return TryReadNumber(value, out double seconds) ? HeaderDuration.FromSeconds(seconds) : FromDate(value, timeProvider);
        }

        return FromLimits(RateLimitReader.Read(find, timeProvider));
    }

    private static bool TryReadNumber(string? text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static TimeSpan? FromDate(string? text, TimeProvider timeProvider) =>
        DateTimeOffset.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out DateTimeOffset date)
            ? HeaderDuration.Until(date, timeProvider)
            : null;

    // Which of the two limits was hit is the one with nothing left.
    private static TimeSpan? FromLimits(RateLimitState? limits) =>
        limits is { RemainingRequests: 0, RequestsResetAfter: { } requests } ? requests
        : limits is { RemainingTokens: 0 } ? limits.TokensResetAfter
        : null;
}
