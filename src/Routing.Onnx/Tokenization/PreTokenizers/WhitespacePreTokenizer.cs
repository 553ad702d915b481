using System.Text;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Splits into words and runs of what is neither word nor white space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WhitespacePreTokenizer : PreTokenizer
{
    internal override void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output)
    {
        int start = 0;
        int last = Kind.Space;
        for (int at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out Rune rune, out int used);
            int kind = CodePoints.IsWhiteSpace(rune) ? Kind.Space : CodePoints.IsWord(rune) ? Kind.Word : Kind.Other;
            if (kind != last)
            {
                if (last != Kind.Space)
                {
                    output.Add(piece[start..at]);
                }

                start = at;
                last = kind;
            }

            at += used;
        }

        if (last != Kind.Space)
        {
            output.Add(piece[start..]);
        }
    }

    private static class Kind
    {
        internal const int Space = 0, Word = 1, Other = 2;
    }
}
