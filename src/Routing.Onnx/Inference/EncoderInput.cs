namespace LlmRouting.Onnx.Inference;

/// <summary>Names an input of an encoder.</summary>
internal enum EncoderInput
{
    Ids,
    Mask,
    Types,
}
