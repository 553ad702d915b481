namespace LlmRouting.JsonSchema;

// RFC 4122 (any version and variant), RFC 6901 and draft-bhutton-relative-json-pointer-00.
internal static class PlainFormats
{
    internal static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            bool fits = i is 8 or 13 or 18 or 23 ? text[i] == '-' : char.IsAsciiHexDigit(text[i]);
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    internal static bool IsJsonPointer(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            return false;
        }

        for (int tilde = text.IndexOf('~'); tilde >= 0; tilde = text.IndexOf('~'))
        {
            if (tilde + 1 >= text.Length || text[tilde + 1] is not ('0' or '1'))
            {
                return false;
            }

            text = text[(tilde + 2)..];
        }

        return true;
    }

    internal static bool IsRelativeJsonPointer(ReadOnlySpan<char> text)
    {
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        if (digits == 0 || (digits > 1 && text[0] == '0'))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[digits..];
        return rest is "#" || IsJsonPointer(rest);
    }
}
