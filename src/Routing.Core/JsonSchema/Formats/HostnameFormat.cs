using System.Text;

namespace LlmRouting.JsonSchema;

// RFC 1123, section 2.1, with A-labels checked as RFC 5891 asks; the international form also takes U-labels.
internal static class HostnameFormat
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;
    private const string AcePrefix = "xn--";

    // Beyond '.', what RFC 3490, section 3.1, takes for a label separator.
    private const string Separators = ".\u3002\uFF0E\uFF61";

    internal static bool IsHostname(ReadOnlySpan<char> text, bool international)
    {
        // No longer text can be short enough in its ASCII form.
        if (text.IsEmpty || text.Length > 2 * MaxName)
        {
            return false;
        }

        int length = -1;
        List<List<int>> labels = [];
        bool plain = true;
        while (true)
        {
            int end = international ? text.IndexOfAny(Separators) : text.IndexOf('.');
            ReadOnlySpan<char> label = end < 0 ? text : text[..end];
            int labelLength = System.Text.Ascii.IsValid(label) ? AsciiLabel(label, international, labels, ref plain)
                : international ? UnicodeLabel(label, labels, ref plain)
                : 0;
            length += labelLength + 1;
            if (labelLength is 0 or > MaxLabel || length > MaxName)
            {
                return false;
            }

            if (end < 0)
            {
                return plain || IdnaRules.FitBidi(labels);
            }

            text = text[(end + 1)..];
        }
    }

    // The label's length, or 0 when it is none.
    private static int AsciiLabel(ReadOnlySpan<char> label, bool international, List<List<int>> labels, ref bool plain)
    {
        if (label.IsEmpty || label.Length > MaxLabel || label[0] == '-' || label[^1] == '-')
        {
            return 0;
        }

        foreach (char c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return 0;
            }
        }

        if (!label.StartsWith(AcePrefix, StringComparison.OrdinalIgnoreCase))
        {
            // RFC 5890, section 2.3.1: hyphens in the third and fourth place are reserved.
            bool reserved = international && label.Length > 3 && label[2] == '-' && label[3] == '-';
            labels.Add(ToCodePoints(label));
            return reserved ? 0 : label.Length;
        }

        plain = false;
        ReadOnlySpan<char> encoded = label[AcePrefix.Length..];
        if (Punycode.Decode(encoded) is not { } decoded || !IdnaRules.IsLabel(decoded) || !encoded.Equals(Punycode.Encode(decoded), StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        labels.Add(decoded);
        return label.Length;
    }

    private static int UnicodeLabel(ReadOnlySpan<char> label, List<List<int>> labels, ref bool plain)
    {
        plain = false;
        List<int> codePoints = ToCodePoints(label);
        if (codePoints.Count > MaxLabel || !IdnaRules.IsLabel(codePoints))
        {
            return 0;
        }

        labels.Add(codePoints);
        return AcePrefix.Length + Punycode.Encode(codePoints).Length;
    }

    private static List<int> ToCodePoints(ReadOnlySpan<char> text)
    {
        List<int> codePoints = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            codePoints.Add(rune.Value);
        }

        return codePoints;
    }
}
