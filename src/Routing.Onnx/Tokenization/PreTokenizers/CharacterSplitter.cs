using System.Text;

namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Splits at each code point of a kind: WhitespaceSplit, Punctuation, Digits, CharDelimiterSplit.</summary>
internal sealed class CharacterSplitter(Predicate<Rune> isDelimiter, SplitBehavior behavior) : PreTokenizer
{
    internal override void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output)
    {
        var splitter = new Splitter(piece, behavior, output);
        int stretch = 0;
        for (int at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out Rune rune, out int used);
            if (isDelimiter(rune))
            {
                splitter.Add(at, isDelimiter: false);
                splitter.Add(at + used, isDelimiter: true);
                stretch = at + used;
            }

            at += used;
        }

        if (stretch < piece.Length)
        {
            splitter.Add(piece.Length, isDelimiter: false);
        }

        splitter.Finish();
    }
}
