namespace LlmRouting.JsonSchema;

// RFC 5321, section 4.1.2 (Mailbox), and RFC 6531 for the international form.
internal static class EmailFormat
{
    private const int MaxLocalOctets = 64;
    private const string AtomPunctuation = "!#$%&'*+-/=?^_`{|}~";

    internal static bool IsEmail(ReadOnlySpan<char> text, bool international)
    {
        int at = text.LastIndexOf('@');
        if (at <= 0 || System.Text.Encoding.UTF8.GetByteCount(text[..at]) > MaxLocalOctets)
        {
            return false;
        }

        ReadOnlySpan<char> local = text[..at];
        bool fits = local[0] == '"' ? IsQuoted(local, international) : IsDotAtom(local, international);
        return fits && IsDomain(text[(at + 1)..], international);
    }

    private static bool IsDotAtom(ReadOnlySpan<char> local, bool international)
    {
        char previous = '.';
        foreach (char c in local)
        {
            bool fits = c == '.' ? previous != '.' : char.IsAsciiLetterOrDigit(c) || AtomPunctuation.Contains(c) || (international && c >= 0x80);
            if (!fits)
            {
                return false;
            }

            previous = c;
        }

        return previous != '.';
    }

    private static bool IsQuoted(ReadOnlySpan<char> local, bool international)
    {
        if (local.Length < 2 || local[^1] != '"')
        {
            return false;
        }

        ReadOnlySpan<char> content = local[1..^1];
        for (int i = 0; i < content.Length; i++)
        {
            char c = content[i];
            if (c == '\\')
            {
                if (++i >= content.Length || content[i] is < ' ' or > '~')
                {
                    return false;
                }
            }
            else if (c == '"' || c < ' ' || c == 0x7F || (c >= 0x80 && !international))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsDomain(ReadOnlySpan<char> domain, bool international)
    {
        if (domain.Length > 1 && domain[0] == '[' && domain[^1] == ']')
        {
            ReadOnlySpan<char> literal = domain[1..^1];
            return literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? IpFormats.IsIpv6(literal[5..]) : IpFormats.IsIpv4(literal);
        }

        return HostnameFormat.IsHostname(domain, international);
    }
}
