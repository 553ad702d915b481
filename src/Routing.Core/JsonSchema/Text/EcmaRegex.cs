using System.Globalization;
using System.Text;

namespace LlmRouting.JsonSchema;

// Translates an ECMA-262 regular expression, read with Unicode semantics, to .NET's dialect. Beyond the Unicode grammar it takes what
// schemas in the wild have and what cannot be misread: escaped punctuation, and braces and brackets that open nothing. Throws
// FormatException otherwise.
internal sealed partial class EcmaRegex
{
    private const int MaxNesting = 200;
    private const int MaxLength = 32 * 1024;
    private const int MaxTranslatedLength = 1024 * 1024;

    private readonly string _source;
    private readonly StringBuilder _target = new();
    private readonly Stack<bool> _groups = new();
    private readonly List<string?> _groupNames;
    private readonly bool _keepsGroups;
    private int _at;
    private int _groupCount;

    private EcmaRegex(string source)
    {
        _source = source.Length <= MaxLength ? source : throw Problem($"it is longer than {MaxLength} characters.");
        _groupNames = FindGroups(source, out _keepsGroups);
    }

    internal static string Translate(string source)
    {
        var translator = new EcmaRegex(source);
        translator.Run();
        return translator._target.ToString();
    }

    internal static bool IsValid(string source)
    {
        try
        {
            Translate(source);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // Names of the capturing groups in order (null for unnamed), and whether anything refers back to one.
    private static List<string?> FindGroups(string source, out bool hasReferences)
    {
        List<string?> names = [];
        hasReferences = false;
        bool inClass = false;
        for (int i = 0; i < source.Length; i++)
        {
            switch (source[i])
            {
                case '\\':
                    i++;
                    hasReferences |= i < source.Length && (source[i] is 'k' or (>= '1' and <= '9')) && !inClass;
                    break;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '(' when !inClass && (i + 1 >= source.Length || source[i + 1] != '?'):
                    names.Add(null);
                    break;
                case '(' when !inClass && source.AsSpan(i).StartsWith("(?<") && i + 3 < source.Length && source[i + 3] is not ('=' or '!'):
                    int end = source.IndexOf('>', i);
                    names.Add(end < 0 ? null : source[(i + 3)..end]);
                    break;
            }
        }

        return names;
    }

    private static FormatException Problem(string what) => new(what);

    private void Run()
    {
        // Whether the last thing written can be repeated.
        bool atom = false;
        while (_at < _source.Length)
        {
            if (_target.Length > MaxTranslatedLength)
            {
                throw Problem("it has too many large character classes.");
            }

            char c = _source[_at];
            switch (c)
            {
                case '^':
                    _at++;
                    _target.Append('^');
                    atom = false;
                    break;
                case '$':
                    _at++;
                    // .NET's $ also matches before a last line feed.
                    _target.Append("\\z");
                    atom = false;
                    break;
                case '|':
                    _at++;
                    _target.Append('|');
                    atom = false;
                    break;
                case '(':
                    OpenGroup();
                    atom = false;
                    break;
                case ')':
                    _at++;
                    atom = _groups.Count > 0 ? _groups.Pop() : throw Problem("a group is closed that was not opened.");
                    _target.Append(')');
                    break;
                case '*' or '+' or '?':
                    Repeat(atom, c.ToString(), 1);
                    atom = false;
                    break;
                case '{' when TryReadCounts(out string counts, out int length):
                    Repeat(atom, counts, length);
                    atom = false;
                    break;
                case '.':
                    _at++;
                    _target.Append(CodePointSet.LineEnds.Complement().ToPattern());
                    atom = true;
                    break;
                case '[':
                    _target.Append(ReadClass().ToPattern());
                    atom = true;
                    break;
                case '\\':
                    atom = ReadEscape();
                    break;
                default:
                    AppendLiteral(ReadCodePoint());
                    atom = true;
                    break;
            }
        }

        if (_groups.Count > 0)
        {
            throw Problem("a group is not closed.");
        }
    }

    private void OpenGroup()
    {
        ReadOnlySpan<char> rest = _source.AsSpan(_at);
        bool repeatable = true;
        if (_groups.Count >= MaxNesting)
        {
            throw Problem($"groups nest deeper than {MaxNesting}.");
        }

        if (!rest.StartsWith("(?"))
        {
            _target.Append(CaptureStart());
            _at++;
        }
        else if (rest.StartsWith("(?:") || rest.StartsWith("(?=") || rest.StartsWith("(?!"))
        {
            _target.Append(rest[..3]);
            _at += 3;
        }
        else if (rest.StartsWith("(?<=") || rest.StartsWith("(?<!"))
        {
            _target.Append(rest[..4]);
            _at += 4;
            repeatable = false;
        }
        else if (rest.StartsWith("(?<"))
        {
            int end = rest.IndexOf('>');
            if (end < 4 || !IsName(rest[3..end]) || _groupNames.IndexOf(rest[3..end].ToString()) != _groupCount)
            {
                throw Problem("a group's name is not closed, no identifier, or used twice.");
            }

            _target.Append(CaptureStart());
            _at += end + 1;
        }
        else
        {
            throw Problem("a group starts with '(?' and none of ':', '=', '!', '<=', '<!' or a name; inline flags and comments are not ECMA-262.");
        }

        _groups.Push(repeatable);
    }

    // .NET numbers named groups after the others, so every group that may be referred to gets a name of ours.
    private string CaptureStart() => _keepsGroups ? string.Create(CultureInfo.InvariantCulture, $"(?<g{++_groupCount}>") : CountGroup();

    private string CountGroup()
    {
        _groupCount++;
        return "(?:";
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '$'))
            {
                return false;
            }
        }

        return !char.IsAsciiDigit(name[0]);
    }

    private void Repeat(bool atom, string quantifier, int length)
    {
        if (!atom)
        {
            throw Problem($"'{quantifier}' repeats nothing.");
        }

        _at += length;
        _target.Append(quantifier);
        if (_at < _source.Length && _source[_at] == '?')
        {
            _at++;
            _target.Append('?');
        }
    }

    private bool TryReadCounts(out string counts, out int length)
    {
        counts = "";
        int end = _source.IndexOf('}', _at);
        length = end - _at + 1;
        if (end < 0)
        {
            return false;
        }

        string[] parts = _source[(_at + 1)..end].Split(',');
        if (parts.Length > 2 || parts[0].Length == 0 || !Array.TrueForAll(parts, part => part.All(char.IsAsciiDigit)))
        {
            return false;
        }

        int least = Count(parts[0]);
        int most = parts.Length == 2 && parts[1].Length > 0 ? Count(parts[1]) : int.MaxValue;
        if (parts.Length == 2 && least > most)
        {
            throw Problem("a repetition's bounds are out of order.");
        }

        counts = _source[_at..(end + 1)];
        return true;
    }

    private static int Count(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : throw Problem($"a repetition of {digits} is too large.");

    // Half of a surrogate pair stands alone only in broken texts, where validation reads U+FFFD.
    private int ReadCodePoint()
    {
        char c = _source[_at++];
        if (char.IsHighSurrogate(c) && _at < _source.Length && char.IsLowSurrogate(_source[_at]))
        {
            return char.ConvertToUtf32(c, _source[_at++]);
        }

        return char.IsSurrogate(c) ? 0xFFFD : c;
    }

    private void AppendLiteral(int codePoint)
    {
        if (codePoint < 0x80 && char.IsAsciiLetterOrDigit((char)codePoint))
        {
            _target.Append((char)codePoint);
        }
        else
        {
            _target.Append(CodePointSet.Of((codePoint, codePoint)).ToPattern());
        }
    }
}
