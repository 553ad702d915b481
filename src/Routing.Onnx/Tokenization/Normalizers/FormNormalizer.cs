using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>NFC, NFD, NFKC and NFKD.</summary>
internal sealed class FormNormalizer(NormalForm form) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output) => form.Normalize(text, output);
}
