namespace LlmRouting.JsonSchema;

// RFC 3339: section 5.6 for dates and times, appendix A for durations.
internal static class DateFormats
{
    internal static bool IsDate(ReadOnlySpan<char> text)
    {
        if (text.Length != 10 || text[4] != '-' || text[7] != '-' || !TryTwoDigits(text, 0, out int century) || !TryTwoDigits(text, 2, out int years)
            || !TryTwoDigits(text, 5, out int month) || !TryTwoDigits(text, 8, out int day))
        {
            return false;
        }

        int year = (century * 100) + years;
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        int days = month switch
        {
            2 => leap ? 29 : 28,
            4 or 6 or 9 or 11 => 30,
            >= 1 and <= 12 => 31,
            _ => 0,
        };
        return day >= 1 && day <= days;
    }

    internal static bool IsDateTime(ReadOnlySpan<char> text) =>
        text.Length > 11 && text[10] is 'T' or 't' && IsDate(text[..10]) && IsTime(text[11..]);

    internal static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 9 || text[2] != ':' || text[5] != ':' || !TryTwoDigits(text, 0, out int hour) || !TryTwoDigits(text, 3, out int minute)
            || !TryTwoDigits(text, 6, out int second) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[8..];
        if (rest[0] == '.')
        {
            int end = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (end <= 0)
            {
                return false;
            }

            rest = rest[(end + 1)..];
        }

        if (!TryOffset(rest, out int offset))
        {
            return false;
        }

        // A leap second ends a day in UTC and nowhere else.
        const int Day = 24 * 60;
        int utc = ((((hour * 60) + minute - offset) % Day) + Day) % Day;
        return second < 60 || utc == Day - 1;
    }

    // Units follow each other without a gap: years may be followed by months only, months by days only, and so on.
    internal static bool IsDuration(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[0] != 'P')
        {
            return false;
        }

        text = text[1..];
        if (text[^1] == 'W')
        {
            return text.Length > 1 && text[..^1].IndexOfAnyExceptInRange('0', '9') < 0;
        }

        int time = text.IndexOf('T');
        return time < 0 ? AreUnits(text, "YMD")
            : (time == 0 || AreUnits(text[..time], "YMD")) && AreUnits(text[(time + 1)..], "HMS");
    }

    private static bool AreUnits(ReadOnlySpan<char> text, ReadOnlySpan<char> units)
    {
        int expected = -1;
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExceptInRange('0', '9');
            int unit = digits <= 0 ? -1 : units.IndexOf(text[digits]);
            if (unit < 0 || (expected >= 0 && unit != expected))
            {
                return false;
            }

            expected = unit + 1;
            text = text[(digits + 1)..];
        }

        return expected > 0;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z")
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || !TryTwoDigits(text, 1, out int hour) || !TryTwoDigits(text, 4, out int minute)
            || hour > 23 || minute > 59)
        {
            return false;
        }

        minutes = ((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryTwoDigits(ReadOnlySpan<char> text, int at, out int value)
    {
        value = ((text[at] - '0') * 10) + text[at + 1] - '0';
        return char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at + 1]);
    }
}
