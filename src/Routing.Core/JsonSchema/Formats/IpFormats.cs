namespace LlmRouting.JsonSchema;

// RFC 2673, section 3.2, and RFC 4291, section 2.2.
internal static class IpFormats
{
    internal static bool IsIpv4(ReadOnlySpan<char> text)
    {
        int parts = 0;
        while (true)
        {
            int dot = text.IndexOf('.');
            ReadOnlySpan<char> part = dot < 0 ? text : text[..dot];
            if (++parts > 4 || !IsOctet(part))
            {
                return false;
            }

            if (dot < 0)
            {
                return parts == 4;
            }

            text = text[(dot + 1)..];
        }
    }

    internal static bool IsIpv6(ReadOnlySpan<char> text)
    {
        int gap = text.IndexOf("::");
        if (gap < 0)
        {
            return CountGroups(text, mayEndInIpv4: true) == 8;
        }

        int before = gap == 0 ? 0 : CountGroups(text[..gap], mayEndInIpv4: false);
        ReadOnlySpan<char> rest = text[(gap + 2)..];
        int after = rest.IsEmpty ? 0 : CountGroups(rest, mayEndInIpv4: true);
        return before >= 0 && after >= 0 && before + after < 8;
    }

    private static bool IsOctet(ReadOnlySpan<char> part)
    {
        if (part.Length is < 1 or > 3 || (part.Length > 1 && part[0] == '0') || part.IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return false;
        }

        int value = 0;
        foreach (char digit in part)
        {
            value = (value * 10) + digit - '0';
        }

        return value <= 255;
    }

    // The 16-bit groups of a run without "::", an IPv4 address counting for two; -1 when it is none.
    private static int CountGroups(ReadOnlySpan<char> text, bool mayEndInIpv4)
    {
        int groups = 0;
        while (true)
        {
            int colon = text.IndexOf(':');
            ReadOnlySpan<char> part = colon < 0 ? text : text[..colon];
            if (colon < 0 && mayEndInIpv4 && part.Contains('.'))
            {
                return IsIpv4(part) ? groups + 2 : -1;
            }

            if (part.Length is < 1 or > 4 || !AreHexDigits(part) || ++groups > 8)
            {
                return -1;
            }

            if (colon < 0)
            {
                return groups;
            }

            text = text[(colon + 1)..];
        }
    }

    private static bool AreHexDigits(ReadOnlySpan<char> part)
    {
        foreach (char c in part)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}
