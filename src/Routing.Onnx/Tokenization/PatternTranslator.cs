using System.Buffers;
using System.Text;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Rewrites a pattern from Oniguruma's syntax, which tokenizer files use, into .NET's.</summary>
/// <remarks>
/// They agree on nearly all that tokenizers use. Different are: possessive quantifiers, <c>\h</c>, <c>\x{…}</c>, POSIX brackets, scripts
/// such as <c>\p{Han}</c>, marks in <c>\w</c>. What is not translated is refused, since a pattern that matches otherwise gives wrong ids.
/// </remarks>
internal sealed class PatternTranslator(string pattern, string path)
{
    private const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}";
    private const string HexDigit = "0-9A-Fa-f";

    private static readonly SearchValues<char> IntervalCharacters = SearchValues.Create("0123456789,");

    private readonly StringBuilder _output = new(pattern.Length + 16);
    private readonly Stack<int> _groups = new();
    private int _at;
    private int _atom = -1;

    internal string Translate()
    {
        while (_at < pattern.Length)
        {
            Next();
        }

        return _output.ToString();
    }

    private void Next()
    {
        char c = pattern[_at];
        switch (c)
        {
            case '\\':
                _atom = _output.Length;
                Escape(inClass: false);
                break;
            case '[':
                _atom = _output.Length;
                Class();
                break;
            case '(':
                _groups.Push(_output.Length);
                _output.Append(c);
                _at++;
                _atom = -1;
                break;
            case ')':
                _output.Append(c);
                _at++;
                _atom = _groups.TryPop(out int start) ? start : -1;
                break;
            case '*' or '+' or '?' or '{' when _atom >= 0:
                Quantifier();
                break;
            default:
                _atom = c is '|' or '^' ? -1 : _output.Length;
                _output.Append(c);
                _at++;
                break;
        }
    }

    private void Quantifier()
    {
        bool isInterval = pattern[_at] == '{';
        int end = isInterval ? pattern.IndexOf('}', _at) : _at;
        if (end < 0 || (isInterval && !IsInterval(pattern.AsSpan(_at + 1, end - _at - 1))))
        {
            _atom = _output.Length;
            _output.Append(@"\{");
            _at++;
            return;
        }

        string quantifier = pattern[_at..(end + 1)];
        _output.Append(quantifier.StartsWith("{,", StringComparison.Ordinal) ? "{0" + quantifier[1..] : quantifier);
        _at = end + 1;
        if (_at < pattern.Length && pattern[_at] == '?')
        {
            _output.Append('?');
            _at++;
        }
        else if (_at < pattern.Length && pattern[_at] == '+')
        {
            // After an interval the plus is a quantifier of its own, in Ruby's dialect.
            _output.Insert(_atom, isInterval ? "(?:" : "(?>").Append(isInterval ? ")+" : ")");
            _at++;
        }

        _atom = -1;
    }

    private static bool IsInterval(ReadOnlySpan<char> body) =>
        !body.IsEmpty && body.IndexOfAnyExcept(IntervalCharacters) < 0 && body.Count(',') <= 1 && body is not ",";

    private void Class()
    {
        _output.Append('[');
        _at++;
        if (Peek('^'))
        {
            _output.Append('^');
            _at++;
        }

        if (Peek(']'))
        {
            _output.Append(@"\]");
            _at++;
        }

        while (_at < pattern.Length && pattern[_at] != ']')
        {
            if (pattern[_at] == '[')
            {
                Posix();
            }
            else if (pattern.AsSpan(_at).StartsWith("&&"))
            {
                throw Refuse("an intersection of classes (&&)");
            }
            else if (pattern[_at] == '\\')
            {
                Escape(inClass: true);
            }
            else
            {
                _output.Append(pattern[_at++]);
            }
        }

        _output.Append(']');
        _at++;
    }

    private void Posix()
    {
        int end = pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        if (end < 0 || !pattern.AsSpan(_at).StartsWith("[:"))
        {
            throw Refuse("a class within a class");
        }

        string name = pattern[(_at + 2)..end];
        _output.Append(name switch
        {
            "alpha" => @"\p{L}\p{M}\p{Nl}",
            "alnum" => @"\p{L}\p{M}\p{Nl}\p{Nd}",
            "digit" => @"\p{Nd}",
            "lower" => @"\p{Ll}",
            "upper" => @"\p{Lu}",
            "space" => @"\s",
            "blank" => @"\t\p{Zs}",
            "punct" => @"\p{P}\p{S}",
            "cntrl" => @"\p{Cc}",
            "word" => Word,
            "xdigit" => HexDigit,
            _ => throw Refuse($"[:{name}:]"),
        });
        _at = end + 2;
    }

    private void Escape(bool inClass)
    {
        if (_at + 1 >= pattern.Length)
        {
            throw Refuse("a backslash at its end");
        }

        char c = pattern[_at + 1];
        string? set = c switch { 'w' or 'W' => Word, 'h' or 'H' => HexDigit, _ => null };
        if (set is not null && (!inClass || char.IsAsciiLetterLower(c)))
        {
            _output.Append(inClass ? set : char.IsAsciiLetterUpper(c) ? $"[^{set}]" : $"[{set}]");
            _at += 2;
        }
        else if (set is not null || c is 'R' or 'X' or 'K' or 'k' or 'g' or 'y' or 'Y' or 'O' or 'N')
        {
            throw Refuse($@"\{c}{(inClass ? " in a class" : "")}");
        }
        else if (c == 'x' && _at + 2 < pattern.Length && pattern[_at + 2] == '{')
        {
            HexCode();
        }
        else if (c is 'p' or 'P')
        {
            Property(inClass);
        }
        else
        {
            _output.Append('\\').Append(c);
            _at += 2;
        }
    }

    private void HexCode()
    {
        int end = pattern.IndexOf('}', _at);
        if (end < 0 || !ushort.TryParse(pattern.AsSpan(_at + 3, end - _at - 3), System.Globalization.NumberStyles.HexNumber, null, out ushort code))
        {
            throw Refuse(@"a code point beyond the basic plane in \x{…}");
        }

        _output.Append(@"\u").Append(code.ToString("X4", null));
        _at = end + 1;
    }

    private void Property(bool inClass)
    {
        int end = pattern.IndexOf('}', _at);
        if (end < 0 || _at + 2 >= pattern.Length || pattern[_at + 2] != '{')
        {
            throw Refuse(@"\p without a name in braces");
        }

        string name = pattern[(_at + 3)..end];
        bool isNegated = pattern[_at + 1] == 'P' ^ name.StartsWith('^');
        name = name.TrimStart('^');
        if (ScriptRanges.Find(name) is { } ranges)
        {
            _output.Append(!inClass ? $"[{(isNegated ? "^" : "")}{ranges}]" : isNegated ? throw Refuse($@"\P{{{name}}} in a class") : ranges);
        }
        else
        {
            _output.Append(isNegated ? @"\P{" : @"\p{").Append(name).Append('}');
        }

        _at = end + 1;
    }

    private bool Peek(char c) => _at < pattern.Length && pattern[_at] == c;

    private TokenizerException Refuse(string what) =>
        new($"{path}: the pattern '{pattern}' uses {what}, which is not supported; implement ITextTokenizer over another library for this model.");
}
