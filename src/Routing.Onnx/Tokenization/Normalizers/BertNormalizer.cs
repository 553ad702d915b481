using System.Text;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>BERT's clean-up: control characters out, white space to spaces, ideographs apart, accents off, lower case.</summary>
internal sealed class BertNormalizer(bool cleansText, bool splitsIdeographs, bool stripsAccents, bool lowers) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        if (!Ascii.IsValid(text))
        {
            NormalizeUnicode(text, output);
            return;
        }

        foreach (char c in text)
        {
            if (cleansText && c is (< ' ' or '\x7F') and not ('\t' or '\n' or '\r'))
            {
                continue;
            }

            output.Append(cleansText && c < ' ' ? ' ' : lowers && char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c);
        }
    }

    private void NormalizeUnicode(ReadOnlySpan<char> text, TextBuffer output)
    {
        TextBuffer decomposed = BufferPool.Rent();
        if (stripsAccents)
        {
            // Cleaning looks at single code points and decomposing adds none that it would take out, so their order does not matter.
            NormalForm.D.Normalize(text, decomposed);
            text = decomposed.Written;
        }

        foreach (Rune rune in text.EnumerateRunes())
        {
            if (cleansText && (rune.Value is 0 or 0xFFFD || CodePoints.IsControl(rune)))
            {
                continue;
            }

            if (cleansText && CodePoints.IsWhiteSpace(rune))
            {
                output.Append(' ');
            }
            else if (splitsIdeographs && CodePoints.IsIdeograph(rune))
            {
                output.Append(' ');
                output.Append(rune);
                output.Append(' ');
            }
            else if (stripsAccents && CodePoints.IsMark(rune) && Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                continue;
            }
            else if (lowers)
            {
                CodePointMaps.Lower(rune, output);
            }
            else
            {
                output.Append(rune);
            }
        }

        BufferPool.Return(decomposed);
    }
}
