using System.Collections.Frozen;

namespace LlmRouting.Onnx.Tokenization.Unicode;

/// <summary>Reads the tables that <c>unicode-tables.mjs</c> writes.</summary>
internal static class CodePointTable
{
    private const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>Reads a table of code points and the text that each maps to.</summary>
    internal static FrozenDictionary<int, string> Strings(params ReadOnlySpan<string> tables)
    {
        var map = new Dictionary<int, string>();
        Span<char> target = stackalloc char[64];
        foreach (string table in tables)
        {
            ReadOnlySpan<char> rest = table;
            for (int point = 0; !rest.IsEmpty;)
            {
                point += Next(ref rest);
                int length = 0;
                for (int count = Next(ref rest); count > 0; count--)
                {
                    length += new System.Text.Rune(Next(ref rest)).EncodeToUtf16(target[length..]);
                }

                map[point] = target[..length].ToString();
            }
        }

        return map.ToFrozenDictionary();
    }

    /// <summary>Reads a table of code points and one number each.</summary>
    internal static FrozenDictionary<int, int> Numbers(string table)
    {
        var map = new Dictionary<int, int>();
        ReadOnlySpan<char> rest = table;
        for (int point = 0; !rest.IsEmpty;)
        {
            point += Next(ref rest);
            _ = Next(ref rest);
            map[point] = Next(ref rest);
        }

        return map.ToFrozenDictionary();
    }

    /// <summary>Reads a table of composites, keyed by their pairs as <see cref="PairKey"/> writes them.</summary>
    internal static FrozenDictionary<long, int> Pairs(string table)
    {
        var map = new Dictionary<long, int>();
        ReadOnlySpan<char> rest = table;
        for (int point = 0; !rest.IsEmpty;)
        {
            point += Next(ref rest);
            int first = Next(ref rest);
            map[PairKey(first, Next(ref rest))] = point;
        }

        return map.ToFrozenDictionary();
    }

    internal static long PairKey(int first, int second) => ((long)first << 32) | (uint)second;

    private static int Next(ref ReadOnlySpan<char> rest)
    {
        int value = 0;
        for (int shift = 0; ; shift += 5)
        {
            int digit = Digits.IndexOf(rest[0], StringComparison.Ordinal);
            rest = rest[1..];
            value |= (digit & 31) << shift;
            if (digit < 32)
            {
                return value;
            }
        }
    }
}
