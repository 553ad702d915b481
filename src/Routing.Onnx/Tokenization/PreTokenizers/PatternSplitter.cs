namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Splits at what a pattern matches, or at what it does not.</summary>
internal sealed class PatternSplitter(TextPattern pattern, SplitBehavior behavior, bool inverts) : PreTokenizer
{
    internal override void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output)
    {
        var splitter = new Splitter(piece, behavior, output);
        PatternMatches matches = pattern.Matches(piece);
        while (matches.MoveNext())
        {
            splitter.Add(matches.Start, isDelimiter: inverts);
            splitter.Add(matches.End, isDelimiter: !inverts);
        }

        splitter.Add(piece.Length, isDelimiter: inverts);
        splitter.Finish();
        matches.Dispose();
    }
}
