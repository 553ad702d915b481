namespace LlmRouting.TextAnalysis;

/// <summary>Recognises dates and times that are written in digits.</summary>
internal static class DateShapes
{
    /// <summary>Gets whether a date or time starts with the digits before a separator.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">Where the first separator stands; a digit stands before it.</param>
    /// <returns>true for 2026-11-22, 22/11/2026, 22.11.26, 10:30 and their like; false at a later separator of the same date.</returns>
    public static bool StartAt(ReadOnlySpan<char> text, int separator)
    {
        char mark = text[separator];
        int before = CountBack(text, separator);
        if (mark == ',' || before > 4)
        {
            return false;
        }

        int start = separator - before;
        if (start > 0 && (char.IsAsciiLetter(text[start - 1]) || (start > 1 && text[start - 1] is '-' or '/' or ':' or '.' && char.IsAsciiDigit(text[start - 2]))))
        {
            return false;
        }

        int middle = CountDigits(text, separator + 1);
        if (mark == ':')
        {
            return before <= 2 && middle == 2 && text[separator + 1] < '6';
        }

        int second = separator + 1 + middle;
        if (middle is not (1 or 2) || second >= text.Length || text[second] != mark)
        {
            return false;
        }

        int last = CountDigits(text, second + 1);
        bool isYearFirst = before == 4 && mark != '.' && last is 1 or 2;
        bool isYearLast = before <= 2 && last is 2 or 4;

        // A fourth part makes it an address or a version.
        int end = second + 1 + last;
        return (isYearFirst || isYearLast) && !(end + 1 < text.Length && text[end] == mark && char.IsAsciiDigit(text[end + 1]));
    }

    private static int CountBack(ReadOnlySpan<char> text, int end)
    {
        int count = 0;
        while (count < 5 && end - count > 0 && char.IsAsciiDigit(text[end - count - 1]))
        {
            count++;
        }

        return count;
    }

    private static int CountDigits(ReadOnlySpan<char> text, int start)
    {
        int count = 0;
        while (count < 5 && start + count < text.Length && char.IsAsciiDigit(text[start + count]))
        {
            count++;
        }

        return count;
    }
}
