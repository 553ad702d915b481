namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Takes white space off the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        text = left ? text.TrimStart() : text;
        output.Append(right ? text.TrimEnd() : text);
    }
}
