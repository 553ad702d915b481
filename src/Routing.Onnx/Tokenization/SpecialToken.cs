namespace LlmRouting.Onnx.Tokenization;

/// <summary>Names a token of a <see cref="SpecialTokenTemplate"/>.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="TypeId">Its token type; 0 in nearly every model of one text.</param>
public readonly record struct SpecialToken(int Id, int TypeId = 0);
