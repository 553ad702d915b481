using System.Globalization;
using System.Text;

namespace LlmRouting.Onnx.Tokenization.Unicode;

/// <summary>Says what kind of character a code point is, as tokenizers draw the lines.</summary>
internal static class CodePoints
{
    /// <summary>Punctuation: every ASCII symbol, and Unicode's categories P.</summary>
    internal static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? char.IsAsciiLetterOrDigit((char)rune.Value) is false && rune.Value is > 0x20 and < 0x7F
        : Rune.IsPunctuation(rune);

    /// <summary>White_Space.</summary>
    internal static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    internal static bool IsLetter(Rune rune) => Rune.IsLetter(rune);

    /// <summary>Any number: decimal, letter-like or other.</summary>
    internal static bool IsNumber(Rune rune) => Rune.IsNumber(rune);

    internal static bool IsMark(Rune rune) =>
        rune.Value >= 0x300
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>What a word is made of (<c>\w</c>): Alphabetic, marks, digits, connectors, joiners.</summary>
    internal static bool IsWord(Rune rune)
    {
        if (rune.IsAscii)
        {
            return char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_';
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.LetterNumber => true,
            UnicodeCategory.ConnectorPunctuation => true,

            // Other_Alphabetic's symbols: letters in circles and squares; then the two joiners.
            UnicodeCategory.OtherSymbol =>
                rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
            _ => rune.Value is 0x200C or 0x200D,
        };
    }

    /// <summary>What BERT takes out of a text: control, format, private and surrogate code points but for tab and line ends.</summary>
    internal static bool IsControl(Rune rune) => rune.Value is not ('\t' or '\n' or '\r')
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    /// <summary>What BERT splits by itself: the ideographs, neither kana nor Hangul.</summary>
    internal static bool IsIdeograph(Rune rune) => rune.Value is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
