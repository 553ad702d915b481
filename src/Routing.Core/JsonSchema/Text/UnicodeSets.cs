using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace LlmRouting.JsonSchema;

// Unicode properties by name, read from UnicodeTables when first asked for. The host's own globalization data is not used: it may be
// switched off, and answers must not depend on it.
internal static class UnicodeSets
{
    private static readonly ConcurrentDictionary<string, CodePointSet> Known = new(StringComparer.Ordinal);

    // PropertyValueAliases.txt, the general categories.
    private static readonly FrozenDictionary<string, string> CategoryAliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Cased_Letter"] = "LC", ["Close_Punctuation"] = "Pe", ["Connector_Punctuation"] = "Pc", ["Control"] = "Cc", ["cntrl"] = "Cc",
        ["Currency_Symbol"] = "Sc", ["Dash_Punctuation"] = "Pd", ["Decimal_Number"] = "Nd", ["digit"] = "Nd", ["Enclosing_Mark"] = "Me",
        ["Final_Punctuation"] = "Pf", ["Format"] = "Cf", ["Initial_Punctuation"] = "Pi", ["Letter"] = "L", ["Letter_Number"] = "Nl",
        ["Line_Separator"] = "Zl", ["Lowercase_Letter"] = "Ll", ["Mark"] = "M", ["Combining_Mark"] = "M", ["Math_Symbol"] = "Sm",
        ["Modifier_Letter"] = "Lm", ["Modifier_Symbol"] = "Sk", ["Nonspacing_Mark"] = "Mn", ["Number"] = "N", ["Open_Punctuation"] = "Ps",
        ["Other"] = "C", ["Other_Letter"] = "Lo", ["Other_Number"] = "No", ["Other_Punctuation"] = "Po", ["Other_Symbol"] = "So",
        ["Paragraph_Separator"] = "Zp", ["Private_Use"] = "Co", ["Punctuation"] = "P", ["punct"] = "P", ["Separator"] = "Z",
        ["Space_Separator"] = "Zs", ["Spacing_Mark"] = "Mc", ["Surrogate"] = "Cs", ["Symbol"] = "S", ["Titlecase_Letter"] = "Lt",
        ["Unassigned"] = "Cn", ["Uppercase_Letter"] = "Lu",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // What stands between the braces of \p{...}; null when there is no such property.
    internal static CodePointSet? Property(string expression)
    {
        int equals = expression.IndexOf('=', StringComparison.Ordinal);
        return Lookup(expression, equals < 0
            ? static name => Category(name) ?? Binary(name)
            : expression[..equals] switch
            {
                "General_Category" or "gc" => static name => Category(name[(name.IndexOf('=', StringComparison.Ordinal) + 1)..]),
                "Script" or "sc" or "Script_Extensions" or "scx" => static name => ScriptOf(name[(name.IndexOf('=', StringComparison.Ordinal) + 1)..]),
                _ => static _ => null,
            });
    }

    // A script or a set that the host-name formats need. The null-forgiving: their names are constants of ours and exist.
    internal static CodePointSet Script(string name) => Lookup("sc=" + name, static key => ScriptOf(key[3..]))!;

    internal static CodePointSet Idna(string name) => Lookup("idna=" + name, static key => Decode(Entry(UnicodeTables.Idna, key[5..])))!;

    // What does not exist is not remembered: a hostile schema could name such things without end.
    private static CodePointSet? Lookup(string key, Func<string, CodePointSet?> create) =>
        Known.TryGetValue(key, out CodePointSet? known) ? known
        : create(key) is { } created ? Known.GetOrAdd(key, created)
        : null;

    private static CodePointSet? ScriptOf(string name) =>
        Decode(Entry(UnicodeTables.Scripts, Entry(UnicodeTables.ScriptAliases, name) ?? name));

    private static CodePointSet? Category(string name)
    {
        name = CategoryAliases.GetValueOrDefault(name, name);
        if (name == "Cn" || name == "C")
        {
            CodePointSet assigned = Union(static category => true);
            CodePointSet unassigned = assigned.Complement();
            if (name == "C")
            {
                unassigned.Add(Union(static category => category[0] == 'C'));
            }

            return unassigned;
        }

        if (name == "LC")
        {
            return Union(static category => category is "Lu" or "Ll" or "Lt");
        }

        if (name.Length == 1 && "LMNPSZ".Contains(name[0], StringComparison.Ordinal))
        {
            return Union(category => category[0] == name[0]);
        }

        return Decode(name.Length == 2 ? Entry(UnicodeTables.Categories, name) : null);
    }

    private static CodePointSet? Binary(string name) => name switch
    {
        "Any" => CodePointSet.Of((0, CodePointSet.Last)),
        "ASCII" => CodePointSet.Of((0, 0x7F)),
        "Assigned" => Union(static category => true),
        "Alpha" => Binary("Alphabetic"),
        "Upper" => Binary("Uppercase"),
        "Lower" => Binary("Lowercase"),
        "space" => Binary("White_Space"),
        "AHex" => Binary("ASCII_Hex_Digit"),
        "Hex" => Binary("Hex_Digit"),
        "IDS" => Binary("ID_Start"),
        "IDC" => Binary("ID_Continue"),
        "XIDS" => Binary("XID_Start"),
        "XIDC" => Binary("XID_Continue"),
        "Ideo" => Binary("Ideographic"),
        "EPres" => Binary("Emoji_Presentation"),
        "ExtPict" => Binary("Extended_Pictographic"),
        _ => Decode(Entry(UnicodeTables.Properties, name)),
    };

    private static CodePointSet Union(Func<string, bool> takes)
    {
        var union = new CodePointSet();
        foreach (string entry in UnicodeTables.Categories.Split(';'))
        {
            int colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (takes(entry[..colon]) && Decode(entry[(colon + 1)..]) is { } set)
            {
                union.Add(set);
            }
        }

        return union.Sealed();
    }

    private static string? Entry(string table, string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny(':', ';'))
        {
            return null;
        }

        string prefix = name + ":";
        int at = table.StartsWith(prefix, StringComparison.Ordinal) ? 0 : table.IndexOf(";" + prefix, StringComparison.Ordinal) + 1;
        if (at == 0 && !table.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        int start = at + prefix.Length;
        int end = table.IndexOf(';', start);
        return table[start..(end < 0 ? table.Length : end)];
    }

    // The encoding is told in unicode-tables.py.
    private static CodePointSet? Decode(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var set = new CodePointSet();
        int end = 0;
        for (int at = 0; at < text.Length;)
        {
            int first = end + Number(text, ref at);
            end = first + Number(text, ref at) + 1;
            set.Add(first, end - 1);
        }

        return set;
    }

    private static int Number(string text, ref int at)
    {
        int value = 0;
        for (int shift = 0; ; shift += 5)
        {
            int digit = Base64UrlValue(text[at++]);
            value |= (digit & 31) << shift;
            if (digit < 32)
            {
                return value;
            }
        }
    }

    private static int Base64UrlValue(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
