using System.Globalization;
using System.Text;

namespace LlmRouting.JsonSchema;

// A set of Unicode scalar values as sorted, disjoint ranges. .NET's own classes know UTF-16 units only.
internal sealed class CodePointSet
{
    internal const int Last = 0x10FFFF;

    private readonly List<(int First, int Last)> _ranges = [];

    internal static CodePointSet Digits { get; } = Of(('0', '9'));

    internal static CodePointSet WordCharacters { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    // ECMA-262: WhiteSpace and LineTerminator.
    internal static CodePointSet Spaces { get; } = Of(
        ('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F),
        (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    internal static CodePointSet LineEnds { get; } = Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029));

    internal static CodePointSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        var set = new CodePointSet();
        foreach ((int first, int last) in ranges)
        {
            set.Add(first, last);
        }

        return set;
    }

    // Ranges may come in any order; ToPattern and Contains sort out the overlaps.
    internal void Add(int first, int last) => _ranges.Add((first, last));

    internal void Add(CodePointSet other) => _ranges.AddRange(other._ranges);

    internal CodePointSet Complement()
    {
        var result = new CodePointSet();
        int next = 0;
        foreach ((int first, int last) in Merged())
        {
            if (first > next)
            {
                result.Add(next, first - 1);
            }

            next = last + 1;
        }

        if (next <= Last)
        {
            result.Add(next, Last);
        }

        return result;
    }

    // Sorts and merges once; call when nothing more is added and before Contains.
    internal CodePointSet Sealed()
    {
        var result = new CodePointSet();
        result._ranges.AddRange(Merged());
        return result;
    }

    internal bool Contains(int codePoint)
    {
        int low = 0;
        int high = _ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (codePoint > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    // One atom of a .NET pattern. Surrogates appear only in pairs, so a pair is never cut in half.
    internal string ToPattern()
    {
        var basic = new StringBuilder();
        List<string> pairs = [];
        foreach ((int first, int last) in Merged())
        {
            AppendRange(basic, first, Math.Min(last, 0xD7FF));
            AppendRange(basic, Math.Max(first, 0xE000), Math.Min(last, 0xFFFF));
            AddPairs(pairs, Math.Max(first, 0x10000), last);
        }

        string units = basic.Length == 0 ? "" : $"[{basic}]";
        return pairs.Count == 0 ? (units.Length > 0 ? units : "[^\\u0000-\\uFFFF]")
            : units.Length == 0 ? $"(?:{string.Join('|', pairs)})"
            : $"(?:{units}|{string.Join('|', pairs)})";
    }

    private static void AppendRange(StringBuilder target, int first, int last)
    {
        if (first > last)
        {
            return;
        }

        target.Append(Unit(first));
        if (last > first)
        {
            target.Append('-').Append(Unit(last));
        }
    }

    // Splits a range beyond U+FFFF at the blocks of 1024 that share a high surrogate.
    private static void AddPairs(List<string> pairs, int first, int last)
    {
        while (first <= last)
        {
            int blockEnd = first | 0x3FF;
            int high = 0xD7C0 + (first >> 10);
            if ((first & 0x3FF) == 0 && blockEnd <= last)
            {
                int lastHigh = 0xD7C0 + ((last + 1) >> 10) - 1;
                pairs.Add($"{Class(high, lastHigh)}[\\uDC00-\\uDFFF]");
                first = (lastHigh - 0xD7C0 + 1) << 10;
                continue;
            }

            int end = Math.Min(blockEnd, last);
            pairs.Add(Unit(high) + Class(0xDC00 + (first & 0x3FF), 0xDC00 + (end & 0x3FF)));
            first = end + 1;
        }
    }

    private static string Class(int first, int last) => first == last ? Unit(first) : $"[{Unit(first)}-{Unit(last)}]";

    private static string Unit(int unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{unit:X4}");

    private List<(int First, int Last)> Merged()
    {
        List<(int First, int Last)> sorted = [.. _ranges.OrderBy(range => range.First)];
        List<(int First, int Last)> merged = [];
        foreach ((int first, int last) in sorted)
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return merged;
    }
}
