using LlmRouting.Onnx.Tokenization.Models;
using LlmRouting.Onnx.Tokenization.Normalizers;
using LlmRouting.Onnx.Tokenization.PreTokenizers;

namespace LlmRouting.Onnx.Tokenization.Files;

/// <summary>What a tokenizer is made of.</summary>
internal sealed record TokenizerParts
{
    internal required TokenModel Model { get; init; }

    internal Normalizer? Normalizer { get; init; }

    internal PreTokenizer? PreTokenizer { get; init; }

    internal IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    internal SpecialTokenTemplate Template { get; init; } = SpecialTokenTemplate.None;

    internal int PadId { get; init; }

    internal int? MaxTokens { get; init; }
}
