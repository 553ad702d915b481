using System.Globalization;

namespace LlmRouting.JsonSchema;

// Escapes and character classes.
internal sealed partial class EcmaRegex
{
    private bool ReadEscape()
    {
        if (_at + 1 >= _source.Length)
        {
            throw Problem("it ends in a backslash.");
        }

        char c = _source[_at + 1];
        switch (c)
        {
            case 'b' or 'B':
                _at += 2;
                string word = CodePointSet.WordCharacters.ToPattern();
                _target.Append(c == 'b' ? $"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))" : $"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))");
                return false;
            case 'k':
                ReadNamedReference();
                return true;
            case >= '1' and <= '9':
                ReadNumberedReference();
                return true;
            default:
                if (ReadSetEscape() is { } set)
                {
                    _target.Append(set.ToPattern());
                }
                else
                {
                    AppendLiteral(ReadCharacterEscape(inClass: false));
                }

                return true;
        }
    }

    private void ReadNamedReference()
    {
        int end = _source.IndexOf('>', _at);
        int group = end > _at + 3 && _source[_at + 2] == '<' ? _groupNames.IndexOf(_source[(_at + 3)..end]) : -1;
        if (group < 0)
        {
            throw Problem("\\k refers to no group.");
        }

        AppendReference(group + 1);
        _at = end + 1;
    }

    private void ReadNumberedReference()
    {
        int end = _at + 1;
        while (end < _source.Length && char.IsAsciiDigit(_source[end]))
        {
            end++;
        }

        int group = Count(_source[(_at + 1)..end]);
        if (group > _groupNames.Count)
        {
            throw Problem($"\\{group} refers to no group.");
        }

        AppendReference(group);
        _at = end;
    }

    // A group that has matched nothing yet is empty in ECMA-262 and fails in .NET.
    private void AppendReference(int group) => _target.Append(CultureInfo.InvariantCulture, $"(?(g{group})\\k<g{group}>|)");

    // \d \D \w \W \s \S \p{...} \P{...}; null leaves the position where it was.
    private CodePointSet? ReadSetEscape()
    {
        char c = _source[_at + 1];
        CodePointSet? set = c switch
        {
            'd' or 'D' => CodePointSet.Digits,
            'w' or 'W' => CodePointSet.WordCharacters,
            's' or 'S' => CodePointSet.Spaces,
            _ => null,
        };
        if (set is not null)
        {
            _at += 2;
        }
        else if (c is 'p' or 'P')
        {
            int end = _source.IndexOf('}', _at);
            if (end < 0 || _at + 2 >= _source.Length || _source[_at + 2] != '{')
            {
                throw Problem("\\p must be followed by a property in braces.");
            }

            string property = _source[(_at + 3)..end];
            set = UnicodeSets.Property(property) ?? throw Problem($"'{property}' is no Unicode property known here.");
            _at = end + 1;
        }

        return set is not null && char.IsAsciiLetterUpper(c) ? set.Complement() : set;
    }

    private int ReadCharacterEscape(bool inClass)
    {
        char c = _source[_at + 1];
        _at += 2;
        switch (c)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case 'b' when inClass:
                return '\b';
            case '0' when _at >= _source.Length || !char.IsAsciiDigit(_source[_at]):
                return 0;
            case 'c' when _at < _source.Length && char.IsAsciiLetter(_source[_at]):
                return _source[_at++] % 32;
            case 'x':
                return ReadHex(2);
            case 'u':
                return ReadUnicodeEscape();
            default:
                _at--;
                return char.IsAsciiLetterOrDigit(c) ? throw Problem($"'\\{c}' is no escape.") : ReadCodePoint();
        }
    }

    private int ReadUnicodeEscape()
    {
        if (_at < _source.Length && _source[_at] == '{')
        {
            int end = _source.IndexOf('}', _at);
            ReadOnlySpan<char> digits = end < 0 ? default : _source.AsSpan(_at + 1, end - _at - 1);
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) || value is < 0 or > CodePointSet.Last)
            {
                throw Problem("\\u{...} must hold a code point in hexadecimal.");
            }

            _at = end + 1;
            return value is >= 0xD800 and <= 0xDFFF ? 0xFFFD : value;
        }

        int unit = ReadHex(4);
        if (char.IsHighSurrogate((char)unit) && _source.AsSpan(_at).StartsWith("\\u"))
        {
            int back = _at;
            _at += 2;
            int low = _at < _source.Length && _source[_at] != '{' ? ReadHex(4) : 0;
            if (char.IsLowSurrogate((char)low))
            {
                return char.ConvertToUtf32((char)unit, (char)low);
            }

            _at = back;
        }

        return char.IsSurrogate((char)unit) ? 0xFFFD : unit;
    }

    private int ReadHex(int digits)
    {
        if (_at + digits > _source.Length || !int.TryParse(_source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
        {
            throw Problem($"an escape must have {digits} hexadecimal digits.");
        }

        _at += digits;
        return value;
    }

    private CodePointSet ReadClass()
    {
        _at++;
        bool negated = _at < _source.Length && _source[_at] == '^';
        _at += negated ? 1 : 0;
        var set = new CodePointSet();
        while (true)
        {
            if (_at >= _source.Length)
            {
                throw Problem("a character class is not closed.");
            }

            if (_source[_at] == ']')
            {
                _at++;
                return negated ? set.Complement() : set;
            }

            AddClassRange(set);
        }
    }

    private void AddClassRange(CodePointSet set)
    {
        int? first = ReadClassAtom(set);
        bool range = _at + 1 < _source.Length && _source[_at] == '-' && _source[_at + 1] != ']';
        if (first is not { } low || !range)
        {
            if (first is { } single)
            {
                set.Add(single, single);
            }

            return;
        }

        _at++;
        if (ReadClassAtom(set) is not { } high)
        {
            // As in [a-\d]: the dash stands for itself.
            set.Add(low, low);
            set.Add('-', '-');
            return;
        }

        set.Add(low, high >= low ? high : throw Problem("a range of a character class is out of order."));
    }

    // A code point, or null after adding a whole set such as \d.
    private int? ReadClassAtom(CodePointSet set)
    {
        if (_source[_at] != '\\')
        {
            return ReadCodePoint();
        }

        if (_at + 1 >= _source.Length)
        {
            throw Problem("it ends in a backslash.");
        }

        if (ReadSetEscape() is not { } escaped)
        {
            return ReadCharacterEscape(inClass: true);
        }

        set.Add(escaped);
        return null;
    }
}
