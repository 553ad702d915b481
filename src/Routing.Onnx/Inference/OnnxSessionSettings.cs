using System.Collections.Immutable;

namespace LlmRouting.Onnx.Inference;

/// <summary>Says which ONNX Runtime runs a model, and on what.</summary>
/// <remarks>Immutable.</remarks>
public sealed record OnnxSessionSettings
{
    /// <summary>Gets where the native library of ONNX Runtime is.</summary>
    /// <value>Its file, or a folder that holds it; null looks where packages put it, then where the system looks; default null.</value>
    public string? LibraryPath { get; init; }

    /// <summary>Gets what the model runs on.</summary>
    /// <value>Default <see cref="OnnxDevice.Auto"/>.</value>
    public OnnxDevice Device { get; init; } = OnnxDevice.Auto;

    /// <summary>Gets which of several cards.</summary>
    /// <value>0 or more; read by CUDA, TensorRT and DirectML; default 0.</value>
    public int DeviceId { get; init; }

    /// <summary>Gets whether a device that does not work is an error.</summary>
    /// <value>false takes the processor instead and says why; has no meaning for <see cref="OnnxDevice.Auto"/>, which asks for none; default false.</value>
    public bool RequireDevice { get; init; }

    /// <summary>Gets how much of a card's memory the runtime may take.</summary>
    /// <value>Bytes; null means no limit. Read by CUDA (its arena) and TensorRT (its workspace); default null.</value>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Gets how many threads of the processor work on one run.</summary>
    /// <value>At least 1; null means one for each core; default null.</value>
    public int? Threads { get; init; }

    /// <summary>Gets what else the execution provider is told, in its own words.</summary>
    /// <value>Such as <c>trt_fp16_enable</c>; passed on to the device that is named, not to those that Auto tries; default none.</value>
    public ImmutableDictionary<string, string> ProviderOptions { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (!Enum.IsDefined(Device))
        {
            yield return $"Device is {Device}; known are {string.Join(", ", Enum.GetNames<OnnxDevice>())}.";
        }

        if (DeviceId < 0)
        {
            yield return FormattableString.Invariant($"DeviceId is {DeviceId}; it must not be negative.");
        }

        if (MemoryLimitBytes <= 0)
        {
            yield return FormattableString.Invariant($"MemoryLimitBytes is {MemoryLimitBytes}; it must be positive, or left out.");
        }

        if (Threads < 1)
        {
            yield return FormattableString.Invariant($"Threads is {Threads}; it must be at least 1, or left out.");
        }
    }
}
