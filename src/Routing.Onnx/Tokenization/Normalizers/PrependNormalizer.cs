namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Puts a text before one that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        if (!text.IsEmpty)
        {
            output.Append(prefix);
            output.Append(text);
        }
    }
}
