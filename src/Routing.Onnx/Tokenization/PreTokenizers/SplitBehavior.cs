namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>What becomes of the text between pieces.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
