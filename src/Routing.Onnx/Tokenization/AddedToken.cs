namespace LlmRouting.Onnx.Tokenization;

/// <summary>A token that is looked for in the text itself, before the model sees it.</summary>
internal sealed record AddedToken(string Content, int Id, bool IsSingleWord, bool StripsLeft, bool StripsRight, bool IsNormalized);
