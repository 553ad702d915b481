namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Changes text before it is split.</summary>
/// <remarks>Thread-safe. Text is well-formed UTF-16 on both sides.</remarks>
internal abstract class Normalizer
{
    /// <summary>Appends the changed text.</summary>
    internal abstract void Normalize(ReadOnlySpan<char> text, TextBuffer output);
}
