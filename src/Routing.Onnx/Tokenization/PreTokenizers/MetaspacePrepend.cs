namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Before which pieces a visible space is put that the text did not have.</summary>
internal enum MetaspacePrepend
{
    Always,
    First,
    Never,
}
