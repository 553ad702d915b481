namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Replaces a fixed text.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        for (int at = text.IndexOf(pattern, StringComparison.Ordinal); at >= 0; at = text.IndexOf(pattern, StringComparison.Ordinal))
        {
            output.Append(text[..at]);
            output.Append(content);
            text = text[(at + pattern.Length)..];
        }

        output.Append(text);
    }
}
