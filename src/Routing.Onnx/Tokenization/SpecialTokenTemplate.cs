using System.Collections.Immutable;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Holds the special tokens that stand around a text, such as BERT's <c>[CLS]</c> and <c>[SEP]</c>.</summary>
/// <remarks>Immutable. One text at a time: pairs of texts are not encoded.</remarks>
public sealed record SpecialTokenTemplate
{
    /// <summary>Gets the template that adds nothing.</summary>
    public static SpecialTokenTemplate None { get; } = new();

    /// <summary>Gets the tokens before the text.</summary>
    /// <value>Default none.</value>
    public ImmutableArray<SpecialToken> Prefix { get; init; } = [];

    /// <summary>Gets the tokens after the text.</summary>
    /// <value>Default none.</value>
    public ImmutableArray<SpecialToken> Suffix { get; init; } = [];

    /// <summary>Gets the token type of the text itself.</summary>
    /// <value>Default 0.</value>
    public int TextTypeId { get; init; }

    /// <summary>Gets how many tokens the template adds.</summary>
    public int Count => Prefix.Length + Suffix.Length;
}
