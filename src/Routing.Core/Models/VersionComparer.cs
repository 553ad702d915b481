namespace LlmRouting.Models;

/// <summary>Orders versions by their numbers, so that 3.10 is newer than 3.9 and v10 newer than v9.</summary>
/// <remarks>Runs of digits compare as numbers, everything else ordinally; no version is the oldest. The culture's own numeric ordering is not used, because hosts may run without cultures.</remarks>
internal sealed class VersionComparer : IComparer<string?>
{
    public static VersionComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        while (!left.IsEmpty && !right.IsEmpty)
        {
            int order;
            if (char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0]))
            {
                ReadOnlySpan<char> leftNumber = TakeNumber(ref left);
                ReadOnlySpan<char> rightNumber = TakeNumber(ref right);
                order = leftNumber.Length != rightNumber.Length
                    ? leftNumber.Length - rightNumber.Length
                    : leftNumber.SequenceCompareTo(rightNumber);
            }
            else
            {
                order = left[0] - right[0];
                left = left[1..];
                right = right[1..];
            }

            if (order != 0)
            {
                return order;
            }
        }

        return left.Length - right.Length;
    }

    /// <summary>Takes the digits at the start, without leading zeros, so that the longer number is the greater one.</summary>
    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits.TrimStart('0');
    }
}
