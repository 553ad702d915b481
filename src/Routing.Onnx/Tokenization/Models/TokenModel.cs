namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>Turns pieces of text into ids.</summary>
/// <remarks>Thread-safe; what a call needs for itself is in its <see cref="EncodingScratch"/>.</remarks>
internal abstract class TokenModel
{
    /// <summary>Appends the ids of a piece.</summary>
    internal abstract void Encode(ReadOnlySpan<char> piece, TokenBuffer ids, EncodingScratch scratch);

    /// <summary>Finds the id of a token.</summary>
    internal abstract bool TryGetId(string token, out int id);
}
