namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>A rule of byte-pair encoding: which token a pair becomes, and how early.</summary>
internal readonly record struct Merge(int Rank, int Id);
