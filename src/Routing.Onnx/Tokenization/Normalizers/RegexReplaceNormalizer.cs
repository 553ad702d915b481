namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Replaces what a pattern matches by a fixed text.</summary>
internal sealed class RegexReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        PatternMatches matches = pattern.Matches(text);
        int last = 0;
        while (matches.MoveNext())
        {
            output.Append(text[last..matches.Start]);
            output.Append(content);
            last = matches.End;
        }

        output.Append(text[last..]);
        matches.Dispose();
    }
}
