using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>The maps of <see cref="MapNormalizer"/>.</summary>
internal static class CodePointMaps
{
    private static readonly Lazy<FrozenDictionary<int, string>> LowerTable = new(static () => CodePointTable.Strings(UnicodeTables.Lower));

    // One code point at a time, as the original library does it: a capital sigma at a word's end becomes an ordinary small one.
    internal static void Lower(Rune rune, TextBuffer output)
    {
        if (rune.IsAscii)
        {
            char c = (char)rune.Value;
            output.Append(char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c);
        }
        else if (LowerTable.Value.TryGetValue(rune.Value, out string? lower))
        {
            output.Append(lower);
        }
        else
        {
            output.Append(rune);
        }
    }

    // All marks, while BertNormalizer drops only those without a width of their own.
    internal static void DropMarks(Rune rune, TextBuffer output)
    {
        if (!CodePoints.IsMark(rune))
        {
            output.Append(rune);
        }
    }

    internal static void DropNonspacingMarks(Rune rune, TextBuffer output)
    {
        if (rune.Value < 0x300 || Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
        {
            output.Append(rune);
        }
    }

    // The control characters and spaces of SentencePiece's rule "nmt".
    internal static void Nmt(Rune rune, TextBuffer output)
    {
        switch (rune.Value)
        {
            case (>= 0x1 and <= 0x8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F:
                return;
            case 0x9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD:
                output.Append(' ');
                return;
            default:
                output.Append(rune);
                return;
        }
    }
}
