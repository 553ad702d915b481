using System.Text;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Splits as GPT-2 does and writes each byte of UTF-8 as one visible character.</summary>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, bool splits) : PreTokenizer
{
    internal override void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output)
    {
        if (!addsPrefixSpace || piece[0] == ' ')
        {
            SplitWords(piece, output);
            return;
        }

        TextBuffer spaced = BufferPool.Rent();
        spaced.Append(' ');
        spaced.Append(piece);
        SplitWords(spaced.Written, output);
        BufferPool.Return(spaced);
    }

    private void SplitWords(ReadOnlySpan<char> text, PieceList output)
    {
        while (!text.IsEmpty)
        {
            int length = splits ? NextWord(text) : text.Length;
            foreach (Rune rune in text[..length].EnumerateRunes())
            {
                WriteBytes(rune, output);
            }

            output.End();
            text = text[length..];
        }
    }

    private static void WriteBytes(Rune rune, PieceList output)
    {
        if (rune.IsAscii)
        {
            output.Write(ByteAlphabet.Characters[rune.Value]);
            return;
        }

        Span<byte> utf8 = stackalloc byte[4];
        int count = rune.EncodeToUtf8(utf8);
        for (int i = 0; i < count; i++)
        {
            output.Write(ByteAlphabet.Characters[utf8[i]]);
        }
    }

    // GPT-2's pattern by hand: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    private static int NextWord(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && text.Length > 1)
        {
            if (text[1] is 's' or 't' or 'm' or 'd')
            {
                return 2;
            }

            if (text.Length > 2 && (text[1], text[2]) is ('r', 'e') or ('v', 'e') or ('l', 'l'))
            {
                return 3;
            }
        }

        int at = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        Kind kind = KindAt(text, at, out int used);
        if (kind == Kind.Space)
        {
            return SpaceRun(text);
        }

        for (at += used; at < text.Length && KindAt(text, at, out used) == kind; at += used)
        {
        }

        return at;
    }

    // The last space before a word belongs to what follows.
    private static int SpaceRun(ReadOnlySpan<char> text)
    {
        int at = 0;
        int lastLength = 0;
        while (at < text.Length && KindAt(text, at, out int used) == Kind.Space)
        {
            lastLength = used;
            at += used;
        }

        return at == text.Length || at == lastLength ? at : at - lastLength;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int used)
    {
        Rune.DecodeFromUtf16(text[at..], out Rune rune, out used);
        return CodePoints.IsLetter(rune) ? Kind.Letter
            : CodePoints.IsNumber(rune) ? Kind.Number
            : CodePoints.IsWhiteSpace(rune) ? Kind.Space
            : Kind.Other;
    }

    private enum Kind
    {
        Letter,
        Number,
        Space,
        Other,
    }
}
