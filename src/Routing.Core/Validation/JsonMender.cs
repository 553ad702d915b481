using System.Globalization;
using System.Text;

namespace LlmRouting.Validation;

/// <summary>Mends the slips of syntax that leave no doubt about what was meant: comments, trailing commas, raw line breaks in strings.</summary>
/// <remarks>Single quotes, missing quotes and missing brackets are left alone: mending them means guessing.</remarks>
internal static class JsonMender
{
    /// <summary>Mends the value that starts a text.</summary>
    /// <param name="text">The text, from an opening bracket on; what follows the value is left off.</param>
    /// <returns>What may be JSON now; null when its brackets are not closed.</returns>
    public static string? Mend(ReadOnlySpan<char> text)
    {
        StringBuilder result = new(text.Length);
        int depth = 0;
        char last = '\0';
        int comma = -1;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            switch (c)
            {
                case ' ' or '\t' or '\r' or '\n':
                    result.Append(c);
                    continue;

                case '/':
                    int end = EndOfComment(text, i);
                    if (end < 0)
                    {
                        return null;
                    }

                    i = end - 1;
                    continue;

                case '"':
                    i = CopyString(text, i, result);
                    if (i < 0)
                    {
                        return null;
                    }

                    break;

                case ',':
                    // Only a comma after a value can be one too many.
                    comma = last is '[' or '{' or ',' or ':' or '\0' ? -1 : result.Length;
                    result.Append(c);
                    break;

                case '{' or '[':
                    depth++;
                    result.Append(c);
                    break;

                case '}' or ']':
                    if (last == ',' && comma >= 0)
                    {
                        result.Remove(comma, 1);
                    }

                    result.Append(c);
                    if (--depth == 0)
                    {
                        return result.ToString();
                    }

                    break;

                default:
                    result.Append(c);
                    break;
            }

            last = c;
        }

        return null;
    }

    /// <summary>Writes a raw control character as JSON wants it.</summary>
    public static void AppendEscaped(StringBuilder result, char c) => _ = c switch
    {
        '\n' => result.Append("\\n"),
        '\r' => result.Append("\\r"),
        '\t' => result.Append("\\t"),
        _ => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };

    private static int CopyString(ReadOnlySpan<char> text, int start, StringBuilder result)
    {
        result.Append('"');
        for (int i = start + 1; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\')
            {
                if (i + 1 == text.Length || text[i + 1] < ' ')
                {
                    return -1;
                }

                result.Append(c).Append(text[++i]);
            }
            else if (c < ' ')
            {
                AppendEscaped(result, c);
            }
            else
            {
                result.Append(c);
                if (c == '"')
                {
                    return i;
                }
            }
        }

        return -1;
    }

    // Where the comment is over; negative when nothing that starts here is one that ends.
    private static int EndOfComment(ReadOnlySpan<char> text, int start)
    {
        ReadOnlySpan<char> rest = text[start..];
        int end = rest.StartsWith("//") ? rest.IndexOfAny('\n', '\r')
            : rest.StartsWith("/*") && rest[2..].IndexOf("*/", StringComparison.Ordinal) is >= 0 and var close ? close + 4
            : -1;
        return end < 0 ? -1 : start + end;
    }
}
