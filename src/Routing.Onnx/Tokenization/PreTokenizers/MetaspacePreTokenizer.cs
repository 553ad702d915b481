namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Makes spaces visible, as SentencePiece does, and lets each begin a piece.</summary>
internal sealed class MetaspacePreTokenizer(char replacement, MetaspacePrepend prepend, bool splits) : PreTokenizer
{
    internal override void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output)
    {
        if (piece[0] is var first && first != ' ' && first != replacement
            && (prepend == MetaspacePrepend.Always || (prepend == MetaspacePrepend.First && isFirst)))
        {
            output.Write(replacement);
        }

        foreach (char c in piece)
        {
            bool isSpace = c == ' ' || c == replacement;
            if (isSpace && splits)
            {
                output.End();
            }

            output.Write(isSpace ? replacement : c);
        }

        output.End();
    }
}
