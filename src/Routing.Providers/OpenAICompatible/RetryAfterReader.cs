using System.Buffers;
using System.ClientModel.Primitives;
using System.Globalization;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Reads how long a service asks to be left alone.</summary>
internal static class RetryAfterReader
{
    // Longer than any service means, and far from overflowing a date: a larger number is a mistake, not a wish.
    private const double MaxSeconds = 30 * 24 * 3600;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static TimeSpan? Read(PipelineResponseHeaders headers, TimeProvider timeProvider)
    {
        if (headers.TryGetValue("retry-after-ms", out string? milliseconds) && TryReadNumber(milliseconds, out double ms))
        {
            return FromSeconds(ms / 1000);
        }

        if (headers.TryGetValue("retry-after", out string? value))
        {
            return TryReadNumber(value, out double seconds) ? FromSeconds(seconds) : FromDate(value, timeProvider);
        }

        return FromLimits(headers, "requests") ?? FromLimits(headers, "tokens");
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
    private static TimeSpan? FromLimits(PipelineResponseHeaders headers, string limit) =>
        headers.TryGetValue($"x-ratelimit-remaining-{limit}", out string? remaining) && remaining == "0"
        && headers.TryGetValue($"x-ratelimit-reset-{limit}", out string? reset) && reset is not null
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
