namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Splits normalized text into the pieces that a model reads one by one.</summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class PreTokenizer
{
    /// <summary>Appends the pieces of a piece.</summary>
    /// <param name="piece">The piece; well-formed UTF-16, never empty.</param>
    /// <param name="isFirst">Whether it begins where the whole text begins.</param>
    /// <param name="output">Receives the pieces.</param>
    internal abstract void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output);
}
