using System.Globalization;
using System.Runtime.CompilerServices;

namespace LlmRouting.TextAnalysis;

/// <summary>Tells what a character beyond ASCII is, as far as routing cares.</summary>
/// <remarks>Looks the character up by 128-character page (Unicode 16, Blocks.txt); only pages that mix scripts take another look.</remarks>
internal static class ScriptTable
{
    private const byte Mixed = 255;
    private const byte Symbols = 254;
    private static readonly byte[] Pages = CreatePages();

    /// <summary>Gets the script of a letter.</summary>
    /// <returns><see cref="TextScript.None"/> for punctuation, digits, symbols, controls and surrogates.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TextScript GetScript(char c)
    {
        byte page = Pages[c >> 7];
        return page < Symbols ? (TextScript)page : Resolve(c, page);
    }

    /// <summary>Gets whether words of the script run together without spaces.</summary>
    public static bool IsUnspaced(TextScript script) => script is TextScript.Han or TextScript.Kana or TextScript.SoutheastAsian;

    private static TextScript Resolve(char c, byte page)
    {
        if (page == Symbols)
        {
            return TextScript.None;
        }

        bool isLetter = CharUnicodeInfo.GetUnicodeCategory(c)
            is <= UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
        return !isLetter ? TextScript.None : c switch
        {
            < '\u0370' => TextScript.Latin,
            < '\u0400' => TextScript.Greek,
            < '\u0590' => TextScript.Other,
            < '\u0600' => TextScript.Hebrew,
            < '\u0900' => TextScript.Arabic,
            < '\u0E00' => TextScript.Indic,
            < '\u10A0' or (>= '\u1780' and < '\u1800') => TextScript.SoutheastAsian,
            < '\u3040' => TextScript.Other,
            < '\u3100' => TextScript.Kana,
            < '\u3130' => TextScript.Other,
            < '\u3190' => TextScript.Hangul,
            < '\u3200' => TextScript.Kana,
            < '\uFB1D' => TextScript.Latin,
            < '\uFB50' => TextScript.Hebrew,
            < '\uFF00' => TextScript.Arabic,
            < '\uFF66' => TextScript.Latin,
            < '\uFFA0' => TextScript.Kana,
            _ => TextScript.Hangul,
        };
    }

    private static byte[] CreatePages()
    {
        byte[] pages = new byte[512];
        Array.Fill(pages, (byte)TextScript.Other);
        Fill(pages, 0x0080, 0x00FF, Mixed);
        Fill(pages, 0x0100, 0x02FF, (byte)TextScript.Latin);
        Fill(pages, 0x0300, 0x037F, Mixed);
        Fill(pages, 0x0380, 0x03FF, (byte)TextScript.Greek);
        Fill(pages, 0x0400, 0x04FF, (byte)TextScript.Cyrillic);
        Fill(pages, 0x0500, 0x08FF, Mixed);
        Fill(pages, 0x0900, 0x109F, Mixed);
        Fill(pages, 0x1100, 0x11FF, (byte)TextScript.Hangul);
        Fill(pages, 0x1780, 0x17FF, Mixed);
        Fill(pages, 0x1E00, 0x1EFF, (byte)TextScript.Latin);
        Fill(pages, 0x1F00, 0x1FFF, (byte)TextScript.Greek);
        Fill(pages, 0x2000, 0x2BFF, Symbols);
        Fill(pages, 0x2E00, 0x2E7F, Symbols);
        Fill(pages, 0x3000, 0x33FF, Mixed);
        Fill(pages, 0x3400, 0x9FFF, (byte)TextScript.Han);
        Fill(pages, 0xAC00, 0xD7AF, (byte)TextScript.Hangul);
        Fill(pages, 0xD800, 0xF8FF, Symbols);
        Fill(pages, 0xF900, 0xFAFF, (byte)TextScript.Han);
        Fill(pages, 0xFB00, 0xFFFF, Mixed);
        return pages;
    }

    private static void Fill(byte[] pages, int first, int last, byte value)
    {
        for (int page = first >> 7; page <= last >> 7; page++)
        {
            pages[page] = value;
        }
    }
}
