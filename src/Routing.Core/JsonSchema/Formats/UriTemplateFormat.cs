using System.Text;

namespace LlmRouting.JsonSchema;

// RFC 6570, section 2, with erratum 6937: an apostrophe is a literal.
internal static class UriTemplateFormat
{
    private const string Operators = "+#./;?&=,!@|";
    private const string NoLiterals = " \"%<>\\^`{|}";

    internal static bool IsValid(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            int consumed;
            if (text[0] == '{')
            {
                int end = text.IndexOf('}');
                if (end < 0 || !IsExpression(text[1..end]))
                {
                    return false;
                }

                consumed = end + 1;
            }
            else if (UriFormat.IsEscape(text))
            {
                consumed = 3;
            }
            else
            {
                Rune.DecodeFromUtf16(text, out Rune rune, out consumed);
                bool literal = rune.IsAscii
                    ? rune.Value is > ' ' and < 0x7F && !NoLiterals.Contains((char)rune.Value)
                    : UriFormat.IsUcsCharacter(rune.Value) || UriFormat.IsPrivateUse(rune.Value);
                if (!literal)
                {
                    return false;
                }
            }

            text = text[consumed..];
        }

        return true;
    }

    private static bool IsExpression(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty && Operators.Contains(text[0]))
        {
            text = text[1..];
        }

        foreach (Range part in text.Split(','))
        {
            if (!IsVariable(text[part]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsVariable(ReadOnlySpan<char> text)
    {
        if (text.EndsWith("*"))
        {
            text = text[..^1];
        }
        else if (text.IndexOf(':') is >= 0 and int colon)
        {
            ReadOnlySpan<char> length = text[(colon + 1)..];
            if (length.Length is < 1 or > 4 || length[0] == '0' || length.IndexOfAnyExceptInRange('0', '9') >= 0)
            {
                return false;
            }

            text = text[..colon];
        }

        // Names are separated by single dots.
        bool expectsName = true;
        while (!text.IsEmpty)
        {
            bool dot = text[0] == '.';
            bool escape = UriFormat.IsEscape(text);
            if (dot ? expectsName : !escape && !char.IsAsciiLetterOrDigit(text[0]) && text[0] != '_')
            {
                return false;
            }

            expectsName = dot;
            text = text[(escape ? 3 : 1)..];
        }

        return !expectsName;
    }
}
