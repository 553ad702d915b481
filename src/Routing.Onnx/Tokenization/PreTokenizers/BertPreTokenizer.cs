using System.Text;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Splits at white space, and around each punctuation mark.</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    internal override void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output)
    {
        int start = 0;
        for (int at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out Rune rune, out int used);
            if (CodePoints.IsWhiteSpace(rune))
            {
                output.Add(piece[start..at]);
                start = at + used;
            }
            else if (CodePoints.IsPunctuation(rune))
            {
                output.Add(piece[start..at]);
                output.Add(piece.Slice(at, used));
                start = at + used;
            }

            at += used;
        }

        output.Add(piece[start..]);
    }
}
