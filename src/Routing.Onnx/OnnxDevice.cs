namespace LlmRouting.Onnx;

/// <summary>Names what a model runs on.</summary>
public enum OnnxDevice
{
    /// <summary>The best that works here, in this order: CUDA, DirectML, CoreML, WebGPU, CPU.</summary>
    /// <remarks>TensorRT is never picked: it compiles the model for minutes.</remarks>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA card. Needs the native library of Microsoft.ML.OnnxRuntime.Gpu, CUDA and cuDNN.</summary>
    Cuda,

    /// <summary>An NVIDIA card, with a model compiled for it. Needs Microsoft.ML.OnnxRuntime.Gpu, CUDA, cuDNN and TensorRT.</summary>
    TensorRt,

    /// <summary>Any DirectX 12 card on Windows. Needs the native library of Microsoft.ML.OnnxRuntime.DirectML.</summary>
    DirectMl,

    /// <summary>Apple's processors, cards and neural engines.</summary>
    CoreMl,

    /// <summary>Any card with a driver for Vulkan, Metal or Direct3D 12. Needs a native library that was built with it.</summary>
    WebGpu,
}
