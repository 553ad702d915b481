using System.Numerics;

namespace LlmRouting.TextAnalysis;

/// <summary>Sorts the characters of a block that are not ASCII into the block's masks, and counts their scripts.</summary>
internal static class ForeignCharacters
{
    /// <summary>
    /// Reads the characters that <see cref="TextBlock.NonAscii"/> marks. The letters of scripts that set no spaces belong to no mask of the
    /// block and go to <paramref name="unspaced"/>; the marks that end a sentence whatever follows go to <paramref name="sentenceEnd"/>.
    /// </summary>
    public static void Read(
        ReadOnlySpan<char> text, int position, ref TextBlock block, ref TextCarry carry, ref TextScan scan, out ulong unspaced, out ulong sentenceEnd)
    {
        unspaced = 0;
        sentenceEnd = 0;
        for (ulong bits = block.NonAscii; bits != 0; bits &= bits - 1)
        {
            int offset = BitOperations.TrailingZeroCount(bits);
            int index = position + offset;
            ulong bit = bits & (0 - bits);
            char c = text[index];
            TextScript script = ScriptTable.GetScript(c);
            if (script == TextScript.None)
            {
                ReadMark(text, index, bit, ref block, ref scan, ref unspaced, ref sentenceEnd);
                continue;
            }

            scan.Letters[(int)script]++;
            if (!ScriptTable.IsUnspaced(script))
            {
                block.Letter |= bit;
                block.Upper |= script <= TextScript.Greek && char.IsUpper(c) ? bit : 0;
                continue;
            }

            unspaced |= bit;
            if (c is '年' or '月' or '日' or '时' or '時' && index > 0 && char.IsDigit(text[index - 1]))
            {
                // The parts of one date, "2026年11月22日", are one expression.
                scan.Dates += carry.LastDate < 0 || index - carry.LastDate > 4 ? 1 : 0;
                scan.Numbers--;
                carry.LastDate = index;
            }
        }

        // Several marks in a row end one sentence.
        sentenceEnd &= ~(sentenceEnd << 1);
    }

    private static void ReadMark(
        ReadOnlySpan<char> text, int index, ulong bit, ref TextBlock block, ref TextScan scan, ref ulong unspaced, ref ulong sentenceEnd)
    {
        char c = text[index];
        switch (c)
        {
            case >= '\uD800' and <= '\uDBFF' when index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]):
                // Planes 2 and 3 hold nothing but Han characters.
                if (c is >= '\uD840' and <= '\uD8BF')
                {
                    scan.Letters[(int)TextScript.Han] += 2;
                    unspaced |= bit;
                }
                else
                {
                    scan.SurrogatePairs++;
                }

                return;
            case >= '\uDC00' and <= '\uDFFF' when index > 0 && char.IsHighSurrogate(text[index - 1]):
                return;
            case '？' or '؟' or '՞' or '፧' or '\u037E' or '⁇' or '⁈':
                scan.Questions += index > 0 && text[index - 1] == c ? 0 : 1;
                sentenceEnd |= bit;
                break;
            case '。' or '！' or '｡' or '।' or '։' or '።' or '۔':
                sentenceEnd |= bit;
                break;
            case '，' or '、' or '；' or '،' or '؛' or '（':
                scan.Clauses++;
                break;
            case '’':
                block.Apostrophe |= bit;
                break;
            case '”' or '»' or '」' or '）':
                block.Close |= bit;
                break;
            case '\u00A0' or '\u3000' or '\u202F' or (>= '\u2000' and <= '\u200A') or '\u2028' or '\u2029' or '\u0085':
                block.Space |= bit;
                return;
            case >= '\u2200' and <= '\u22FF':
                scan.Numbers++;
                break;
            default:
                block.Digit |= char.IsDigit(c) ? bit : 0;
                break;
        }

        scan.OtherSymbols++;
    }
}
