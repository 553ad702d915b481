using System.Buffers;
using System.Globalization;

namespace LlmRouting.Providers;

/// <summary>Reads the times of headers.</summary>
internal static class HeaderDuration
{
    // Longer than any service means, and far from overflowing a date: a larger number is a mistake, not a wish.
    private const double MaxSeconds = 30 * 24 * 3600;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Makes a duration of a number of seconds.</summary>
    /// <returns>null when it is below 0, or longer than any service means.</returns>
    public static TimeSpan? FromSeconds(double seconds) => seconds is >= 0 and <= MaxSeconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Tells how long it is until a time; none when it has passed.</summary>
    /// <returns>null when that is longer than any service means.</returns>
    public static TimeSpan? Until(DateTimeOffset date, TimeProvider timeProvider) =>
        FromSeconds(Math.Max(0, (date - timeProvider.GetUtcNow()).TotalSeconds));

    /// <summary>Reads a duration as OpenAI and Groq write it: <c>1m30.5s</c>, <c>120ms</c>, <c>6m0s</c>.</summary>
    /// <returns>null when it is none.</returns>
    public static TimeSpan? Parse(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return null;
        }

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
