namespace LlmRouting.Onnx.Inference;

/// <summary>Knows what ONNX Runtime calls the devices.</summary>
internal static class DeviceNames
{
    /// <summary>Gets the name under which a native library lists what it was built with.</summary>
    public static string ProviderOf(OnnxDevice device) => device switch
    {
        OnnxDevice.Cuda => "CUDAExecutionProvider",
        OnnxDevice.TensorRt => "TensorrtExecutionProvider",
        OnnxDevice.DirectMl => "DmlExecutionProvider",
        OnnxDevice.CoreMl => "CoreMLExecutionProvider",
        OnnxDevice.WebGpu => "WebGpuExecutionProvider",
        _ => "CPUExecutionProvider",
    };
}
