using System.Numerics;
using System.Runtime.CompilerServices;

namespace LlmRouting.TextAnalysis;

/// <summary>Finds fenced code, and lines that look like source, as the lines of a text go by.</summary>
internal struct CodeLines
{
    // Lines are judged by both ends; a longer one is prose, or minified beyond what its ends say.
    private const int Window = 160;

    private int _lineStart;
    private int _codeCharacters;
    private int _codeLines;
    private bool _isFenced;
    private bool _hasFence;
    private bool _hasTicks;

    /// <summary>Reads the line ends and fences of a block, in order.</summary>
    public void Read(ReadOnlySpan<char> text, int position, ulong newlines, ulong ticks)
    {
        for (ulong bits = newlines | ticks; bits != 0; bits &= bits - 1)
        {
            ulong bit = bits & (0 - bits);
            if ((ticks & bit) != 0)
            {
                _hasTicks = true;
                continue;
            }

            int end = position + BitOperations.TrailingZeroCount(bits);
            EndLine(text[_lineStart..Math.Min(end, text.Length)]);
            _lineStart = end + 1;
        }
    }

    /// <summary>Adds what was found.</summary>
    public readonly void AddTo(ref TextScan scan)
    {
        scan.CodeCharacters += _codeCharacters;
        scan.CodeLines += _codeLines;
        scan.HasFence |= _hasFence;
    }

    private void EndLine(ReadOnlySpan<char> line)
    {
        if (_hasTicks)
        {
            // A fence opens or closes where a line starts with three backticks (CommonMark 0.31, 4.5); elsewhere they are inline code.
            _hasTicks = false;
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                _isFenced = !_isFenced;
                _hasFence = true;
                return;
            }
        }

        if (_isFenced)
        {
            _codeCharacters += line.Length;
        }
        else if (line.Length >= 2 && LooksLikeSource(line))
        {
            _codeLines++;
            _codeCharacters += line.Length;
        }
    }

    /// <summary>Gets whether a line of prose or source is likelier the latter.</summary>
    public static bool LooksLikeSource(ReadOnlySpan<char> line)
    {
        line = line.TrimEnd();
        if (line.Length is 0 or > 1024)
        {
            return false;
        }

        char last = line[^1];
        char first = line[0];
        bool isIndented = first is ' ' or '\t';
        switch (last)
        {
            case '{' or '}':
                return true;
            case ';':
                return HasOperator(line);
            case ':' or ')' or ',' or ']' or '(' or '[' when isIndented:
                return HasOperator(line);
            default:
                if (isIndented)
                {
                    return last is not ('.' or '?' or '!') && line.TrimStart().ContainsAny('=', '(') && StartsLikeSource(line.TrimStart());
                }

                // Sentences start with capitals more often than source does.
                return first is not (>= 'A' and <= 'Z') ? StartsLikeSource(line) && HasOperator(line) : IsQuery(line);
        }
    }

    private static bool HasOperator(ReadOnlySpan<char> line) =>
        line[..Math.Min(line.Length, Window)].ContainsAny("(=<[.");

    private static bool IsQuery(ReadOnlySpan<char> line) =>
        line.StartsWith("SELECT ", StringComparison.Ordinal) || line.StartsWith("CREATE TABLE ", StringComparison.Ordinal)
        || line.StartsWith("INSERT INTO ", StringComparison.Ordinal);

    private static bool StartsLikeSource(ReadOnlySpan<char> line)
    {
        if (line[0] is '#' or '<' or '@' or '/' or '$')
        {
            return line.StartsWith("#include", StringComparison.Ordinal) || line.StartsWith("//", StringComparison.Ordinal)
                || line.StartsWith("/*", StringComparison.Ordinal) || line.StartsWith("</", StringComparison.Ordinal)
                || (line[0] == '<' && line[^1] == '>') || (line[0] == '@' && !line.Contains(' ')) || line.StartsWith("$ ", StringComparison.Ordinal);
        }

        int space = line.IndexOfAny(' ', '(', '.');
        return space > 0 && space <= 9 && line[..space] is "def" or "import" or "from" or "return" or "public" or "private" or "static" or "const"
            or "let" or "var" or "function" or "func" or "fn" or "class" or "struct" or "for" or "while" or "if" or "elif" or "else" or "print"
            or "console" or "void" or "int" or "using" or "namespace" or "package" or "export" or "async" or "await" or "select"
            && IsAssignmentOrCall(line);
    }

    // "if you go (now)" is prose; "if (x" and "for i in range(" are not: the bracket or sign comes without a space, or as an operator.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAssignmentOrCall(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> window = line[..Math.Min(line.Length, Window)];
        int bracket = window.IndexOf('(');
        return window.Contains(" = ", StringComparison.Ordinal) || window.Contains("==", StringComparison.Ordinal)
            || (bracket > 0 && (window[bracket - 1] != ' ' || line[^1] is ':' or '{' or ')'))
            || window.StartsWith("import ", StringComparison.Ordinal) || window.StartsWith("return ", StringComparison.Ordinal)
            || (window.StartsWith("from ", StringComparison.Ordinal) && window.Contains(" import ", StringComparison.Ordinal));
    }
}
