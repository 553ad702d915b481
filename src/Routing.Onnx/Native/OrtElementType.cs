namespace LlmRouting.Onnx.Native;

/// <summary>Names the type of a tensor's elements; the values are those of <c>ONNXTensorElementDataType</c>.</summary>
internal enum OrtElementType
{
    Undefined = 0,
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Double = 11,
    BFloat16 = 16,
}
