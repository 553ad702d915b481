using System.Buffers;
using System.Globalization;

namespace LlmRouting.Providers;

/// <summary>Reads how long a service asks to be left alone.</summary>
internal static class RetryAfterReader
{
    // Longer than any service means, and far from overflowing a date: a larger number is a mistake, not a wish.
    private const double MaxSeconds = 30 * 24 * 3600;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads the first of the usual headers that is there.</summary>
    /// <param name="find">Finds the value of a header; null when the response has none of that name.</param>
    /// <param name="timeProvider">Turns a date into a time to wait.</param>
    public static TimeSpan? Read(Func<string, string?> find, TimeProvider timeProvider)
    {
        if (TryReadNumber(find("retry-after-ms"), out double milliseconds))
        {
            return FromSeconds(milliseconds / 1000);
        }

        if (find("retry-after") is string value)
        {
            return TryReadNumber(value, out double seconds) ? FromSeconds(seconds) : FromDate(value, timeProvider);
        }

        return FromLimits(find, "requests") ?? FromLimits(find, "tokens");
    }

    private static bool TryReadNumber(string? text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static TimeSpan? FromSeconds(double seconds) =>
        seconds is >= 0 and <= MaxSeconds ? TimeSpan.FromSeconds(seconds) : null;

    private static TimeSpan? FromDate(string? text, TimeProvider timeProvider)
    {
        if (!DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
        {
            return null;
        }

        double seconds = (date - timeProvider.GetUtcNow()).TotalSeconds;
        return FromSeconds(Math.Max(0, seconds));
    }

    // OpenAI and Groq: which of the two limits was hit is the one with nothing left; its reset is written as 1m30.5s or 120ms.
    private static TimeSpan? FromLimits(Func<string, string?> find, string limit) =>
        find($"x-ratelimit-remaining-{limit}") == "0" && find($"x-ratelimit-reset-{limit}") is string reset
            ? FromDuration(reset)
            : null;

    private static TimeSpan? FromDuration(ReadOnlySpan<char> text)
    {
        double total = 0;
        while (!text.IsEmpty)
        {
            int length = text.IndexOfAnyExcept(NumberCharacters);
            if (length <= 0 || !double.TryParse(text[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return null;
            }

            text = text[length..];
            (double unit, int unitLength) = text switch
            {
                ['m', 's', ..] => (0.001, 2),
                ['s', ..] => (1, 1),
                ['m', ..] => (60, 1),
                ['h', ..] => (3600, 1),
                ['d', ..] => (86400, 1),
                _ => (double.NaN, 1),
            };
            total += number * unit;
            text = text[unitLength..];
        }

        return FromSeconds(total);
    }
}
