using System.Globalization;

namespace LlmRouting.JsonSchema;

// The patterns that schemas mostly have, such as ^[A-Z]{2,4}-\d{4,8}$: a row of ASCII sets with counts, anchored at its start. Where a
// count varies and no following set shares a character with it, taking as many as there are is always right, so one pass over the
// UTF-8 bytes decides, without widening the text. Everything else is left to .NET's engine.
internal sealed class AsciiPattern
{
    private readonly List<Item> _items = [];
    private bool _toEnd;

    private AsciiPattern()
    {
    }

    internal static AsciiPattern? TryCreate(string source)
    {
        var pattern = new AsciiPattern();
        return pattern.Read(source) && pattern.IsDecidable() ? pattern : null;
    }

    internal bool IsMatch(ReadOnlySpan<byte> text)
    {
        int at = 0;
        foreach (Item item in _items)
        {
            int end = item.Most < text.Length - at ? at + item.Most : text.Length;
            int start = at;
            while (at < end && item.Has(text[at]))
            {
                at++;
            }

            if (at - start < item.Least)
            {
                return false;
            }
        }

        return !_toEnd || at == text.Length;
    }

    // What is not understood makes the whole pattern no case for this class.
    private bool Read(string source)
    {
        int at = 1;
        if (source.Length == 0 || source[0] != '^' || !System.Text.Ascii.IsValid(source))
        {
            return false;
        }

        while (at < source.Length)
        {
            if (source[at] == '$' && at == source.Length - 1)
            {
                _toEnd = true;
                return true;
            }

            UInt128 set = 0;
            bool read = source[at] == '[' ? ReadClass(source, ref at, ref set) : ReadAtom(source, ref at, ref set, "^$.|?*+()[]{}") >= 0;
            if (!read)
            {
                return false;
            }

            if (!ReadCount(source, ref at, out int least, out int most))
            {
                return false;
            }

            _items.Add(new Item(set, least, most));
        }

        return true;
    }

    private bool IsDecidable()
    {
        if (!_toEnd && _items.Count > 0)
        {
            // What follows is free, so the last item needs no more than its least.
            _items[^1] = _items[^1] with { Most = _items[^1].Least };
        }

        for (int i = 0; i < _items.Count; i++)
        {
            bool varies = _items[i].Least != _items[i].Most;
            for (int next = i + 1; varies && next < _items.Count; next++)
            {
                if ((_items[i].Set & _items[next].Set) != 0)
                {
                    return false;
                }

                varies = _items[next].Least == 0;
            }
        }

        return true;
    }

    private static bool ReadClass(string source, ref int at, ref UInt128 set)
    {
        at++;
        if (at >= source.Length || source[at] is '^' or ']')
        {
            return false;
        }

        while (at < source.Length && source[at] != ']')
        {
            int first = ReadAtom(source, ref at, ref set, "[");
            if (first < 0)
            {
                return false;
            }

            if (at + 1 >= source.Length || source[at] != '-' || source[at + 1] == ']')
            {
                continue;
            }

            at++;
            UInt128 ignored = 0;
            int last = first == 0 ? -1 : ReadAtom(source, ref at, ref ignored, "[");
            if (last < first || last == 0)
            {
                return false;
            }

            for (int c = first; c <= last; c++)
            {
                set |= UInt128.One << c;
            }
        }

        return at++ < source.Length;
    }

    // Adds one atom to the set; its character, 0 for a set such as \d, or -1.
    private static int ReadAtom(string source, ref int at, ref UInt128 set, string refused)
    {
        char c = source[at++];
        if (c == '\\' && at < source.Length)
        {
            c = source[at++];
            string members = c switch
            {
                'd' => "0123456789",
                'w' => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
                _ => "",
            };
            foreach (char member in members)
            {
                set |= UInt128.One << member;
            }

            if (members.Length > 0)
            {
                return 0;
            }

            if (char.IsAsciiLetterOrDigit(c))
            {
                return -1;
            }
        }
        else if (c == '\\' || refused.Contains(c, StringComparison.Ordinal))
        {
            return -1;
        }

        set |= UInt128.One << c;
        return c == 0 ? -1 : c;
    }

    private static bool ReadCount(string source, ref int at, out int least, out int most)
    {
        least = most = 1;
        switch (at < source.Length ? source[at] : '\0')
        {
            case '?':
                least = 0;
                break;
            case '*':
                (least, most) = (0, int.MaxValue);
                break;
            case '+':
                most = int.MaxValue;
                break;
            case '{':
                int end = source.IndexOf('}', at);
                string[] parts = end < 0 ? [] : source[(at + 1)..end].Split(',');
                if (parts.Length is < 1 or > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out least))
                {
                    return false;
                }

                most = least;
                bool open = parts.Length == 2 && parts[1].Length == 0;
                if (open)
                {
                    most = int.MaxValue;
                }
                else if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out most))
                {
                    return false;
                }

                at = end;
                break;
            default:
                return true;
        }

        at++;
        // A lazy count matches the same texts, but is rare enough to leave alone.
        return least <= most && (at >= source.Length || source[at] is not ('?' or '*' or '+' or '{'));
    }

    private readonly record struct Item(UInt128 Set, int Least, int Most)
    {
        private readonly ulong _low = (ulong)Set;
        private readonly ulong _high = (ulong)(Set >> 64);

        internal bool Has(byte c) => c < 128 && (((c < 64 ? _low : _high) >> c) & 1) != 0;
    }
}
