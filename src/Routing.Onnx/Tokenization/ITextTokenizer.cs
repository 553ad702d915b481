using System.Buffers;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Turns text into the ids that a model was trained on: the seam for tokenizers of your own.</summary>
/// <remarks>
/// Implementations are singletons and must be thread-safe. <see cref="HuggingFaceTokenizer"/> reads the files that models come with; a host that
/// has Microsoft.ML.Tokenizers implements <see cref="Encode"/> with one call of it and takes the other three members from the model's card.
/// </remarks>
public interface ITextTokenizer
{
    /// <summary>Gets what a model expects before and after the text.</summary>
    SpecialTokenTemplate Template { get; }

    /// <summary>Gets the id that fills a shorter row of a batch.</summary>
    /// <value>The model masks it out, so any id of the vocabulary serves when the model has none for it.</value>
    int PadId { get; }

    /// <summary>Gets how many tokens the model can read, those of the template included.</summary>
    /// <value>null when the tokenizer does not know.</value>
    int? MaxTokens { get; }

    /// <summary>Appends the ids of a text, without special tokens.</summary>
    /// <param name="text">The text; any UTF-16, broken surrogates included.</param>
    /// <param name="ids">Where the ids go, such as a <see cref="TokenBuffer"/>.</param>
    void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids);
}
