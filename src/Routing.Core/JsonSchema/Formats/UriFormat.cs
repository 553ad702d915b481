using System.Text;

namespace LlmRouting.JsonSchema;

// RFC 3986, appendix A, and RFC 3987, section 2.2, for the international form.
internal static class UriFormat
{
    private const string SubDelimiters = "!$&'()*+,;=";
    private const string PathExtra = SubDelimiters + ":@/";

    internal static bool IsValid(ReadOnlySpan<char> text, bool international, bool absolute)
    {
        int hash = text.IndexOf('#');
        if (hash >= 0)
        {
            if (!AreAllowed(text[(hash + 1)..], PathExtra + "?", international, privateUse: false))
            {
                return false;
            }

            text = text[..hash];
        }

        int question = text.IndexOf('?');
        if (question >= 0)
        {
            if (!AreAllowed(text[(question + 1)..], PathExtra + "?", international, privateUse: international))
            {
                return false;
            }

            text = text[..question];
        }

        int scheme = SchemeLength(text);
        if (scheme == 0 && (absolute || FirstSegmentHasColon(text)))
        {
            return false;
        }

        text = text[scheme..];
        if (text.StartsWith("//"))
        {
            text = text[2..];
            int slash = text.IndexOf('/');
            if (!IsAuthority(slash < 0 ? text : text[..slash], international))
            {
                return false;
            }

            text = slash < 0 ? [] : text[slash..];
        }

        return AreAllowed(text, PathExtra, international, privateUse: false);
    }

    internal static bool IsUcsCharacter(int c) =>
        c is (>= 0xA0 and <= 0xD7FF) or (>= 0xF900 and <= 0xFDCF) or (>= 0xFDF0 and <= 0xFFEF)
        || (c is >= 0x10000 and <= 0xEFFFD && (c & 0xFFFF) <= 0xFFFD && c is not (>= 0xE0000 and < 0xE1000));

    internal static bool IsPrivateUse(int c) => c is (>= 0xE000 and <= 0xF8FF) or (>= 0xF0000 and <= 0xFFFFD) or (>= 0x100000 and <= 0x10FFFD);

    // "%" and two hexadecimal digits.
    internal static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 3 && text[0] == '%' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);

    private static int SchemeLength(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        if (colon <= 0 || !char.IsAsciiLetter(text[0]))
        {
            return 0;
        }

        foreach (char c in text[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
            {
                return 0;
            }
        }

        return colon + 1;
    }

    private static bool FirstSegmentHasColon(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        return (slash < 0 ? text : text[..slash]).Contains(':');
    }

    private static bool IsAuthority(ReadOnlySpan<char> text, bool international)
    {
        int at = text.IndexOf('@');
        if (at >= 0)
        {
            if (!AreAllowed(text[..at], SubDelimiters + ":", international, privateUse: false))
            {
                return false;
            }

            text = text[(at + 1)..];
        }

        int hostEnd;
        bool host;
        if (text.StartsWith("["))
        {
            hostEnd = text.IndexOf(']') + 1;
            host = hostEnd > 0 && IsAddress(text[1..(hostEnd - 1)]);
        }
        else
        {
            int colon = text.IndexOf(':');
            hostEnd = colon < 0 ? text.Length : colon;
            host = AreAllowed(text[..hostEnd], SubDelimiters, international, privateUse: false);
        }

        if (!host)
        {
            return false;
        }

        ReadOnlySpan<char> port = text[hostEnd..];
        return port.IsEmpty || (port[0] == ':' && port[1..].IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        if (text.Length < 4 || text[0] is not ('v' or 'V'))
        {
            return IpFormats.IsIpv6(text);
        }

        // IPvFuture: "v" hexadecimal digits "." anything unreserved.
        int dot = text.IndexOf('.');
        if (dot < 2 || dot == text.Length - 1 || text[dot..].Contains('%'))
        {
            return false;
        }

        foreach (char c in text[1..dot])
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }

        return AreAllowed(text[(dot + 1)..], SubDelimiters + ":", international: false, privateUse: false);
    }

    private static bool AreAllowed(ReadOnlySpan<char> text, string extra, bool international, bool privateUse)
    {
        while (!text.IsEmpty)
        {
            char c = text[0];
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' || (c < 0x80 && extra.Contains(c)))
            {
                text = text[1..];
            }
            else if (c == '%')
            {
                if (!IsEscape(text))
                {
                    return false;
                }

                text = text[3..];
            }
            else
            {
                Rune.DecodeFromUtf16(text, out Rune rune, out int consumed);
                if (!international || !(IsUcsCharacter(rune.Value) || (privateUse && IsPrivateUse(rune.Value))))
                {
                    return false;
                }

                text = text[consumed..];
            }
        }

        return true;
    }
}
