using System.Globalization;
using LlmRouting.Onnx.Native;

namespace LlmRouting.Onnx.Inference;

/// <summary>Opens a model on a device.</summary>
internal static class SessionOpener
{
    /// <summary>Opens a model's file.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="path">The file.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="device">The device; not <see cref="OnnxDevice.Auto"/>.</param>
    /// <exception cref="OnnxRuntimeException">The device or the model cannot be used.</exception>
    public static OrtSession Open(OrtRuntime runtime, string path, OnnxSessionSettings settings, OnnxDevice device)
    {
        using OrtSessionOptions options = new(runtime);
        if (settings.Threads is { } threads)
        {
            options.SetThreads(threads);
        }

        AddDevice(options, settings, device);
        return OrtSession.Open(runtime, path, options);
    }

    private static void AddDevice(OrtSessionOptions options, OnnxSessionSettings settings, OnnxDevice device)
    {
        List<string> keys = [];
        List<string> values = [];
        switch (device)
        {
            case OnnxDevice.Cuda:
                Add("device_id", settings.DeviceId);
                Add("gpu_mem_limit", settings.MemoryLimitBytes);
                AddOwn();
                options.AddCuda(keys, values);
                break;
            case OnnxDevice.TensorRt:
                Add("device_id", settings.DeviceId);
                Add("trt_max_workspace_size", settings.MemoryLimitBytes);
                AddOwn();
                options.AddTensorRt(keys, values);
                break;
            case OnnxDevice.DirectMl:
                Add("device_id", settings.DeviceId);
                AddOwn();
                options.DisableMemoryPattern();
                options.Add("DML", keys, values);
                break;
            case OnnxDevice.CoreMl:
                AddOwn();
                options.Add("CoreML", keys, values);
                break;
            case OnnxDevice.WebGpu:
                AddOwn();
                options.Add("WebGPU", keys, values);
                break;
            default:
                break; // the processor is always there
        }

        void Add(string key, long? value)
        {
            if (value is { } number)
            {
                keys.Add(key);
                values.Add(number.ToString(CultureInfo.InvariantCulture));
            }
        }

        void AddOwn()
        {
            if (settings.Device == device)
            {
                keys.AddRange(settings.ProviderOptions.Keys);
                values.AddRange(settings.ProviderOptions.Values);
            }
        }
    }
}
