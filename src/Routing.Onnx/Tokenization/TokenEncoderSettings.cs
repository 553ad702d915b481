namespace LlmRouting.Onnx.Tokenization;

/// <summary>Says how a <see cref="TokenEncoder"/> fits texts into a model.</summary>
/// <remarks>Immutable.</remarks>
public sealed record TokenEncoderSettings
{
    /// <summary>Gets the settings that a plain encoder has.</summary>
    public static TokenEncoderSettings Default { get; } = new();

    /// <summary>Gets how many tokens a row holds at most, the template's included.</summary>
    /// <value>null takes the tokenizer's <see cref="ITextTokenizer.MaxTokens"/>, or 512 when it knows none; default null.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Gets how much text is read at all.</summary>
    /// <value>UTF-16 code units; longer texts are cut the way <see cref="Truncation"/> says before they are tokenized, so that a huge text costs
    /// no more than this one; default 32,768.</value>
    public int MaxCharacters { get; init; } = 32_768;

    /// <summary>Gets what is kept of a text that is too long.</summary>
    /// <value>Default <see cref="TokenTruncation.HeadAndTail"/>.</value>
    public TokenTruncation Truncation { get; init; } = TokenTruncation.HeadAndTail;
}
