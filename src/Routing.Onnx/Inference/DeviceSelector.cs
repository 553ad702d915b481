using System.Collections.Immutable;

namespace LlmRouting.Onnx.Inference;

/// <summary>Takes the device that was asked for, or the best that works.</summary>
internal static class DeviceSelector
{
    private static readonly ImmutableArray<OnnxDevice> AutoOrder = [OnnxDevice.Cuda, OnnxDevice.DirectMl, OnnxDevice.CoreMl, OnnxDevice.WebGpu];

    /// <summary>Opens something on a device.</summary>
    /// <param name="wanted">The device.</param>
    /// <param name="isRequired">Whether nothing else will do.</param>
    /// <param name="providers">What the native library was built with, in its words.</param>
    /// <param name="open">Opens it on a device, and tries it; throws <see cref="OnnxRuntimeException"/> when that does not work.</param>
    /// <exception cref="OnnxRuntimeException">Nothing could be opened.</exception>
    public static DeviceChoice<T> Select<T>(OnnxDevice wanted, bool isRequired, ImmutableArray<string> providers, Func<OnnxDevice, T> open)
    {
        if (wanted == OnnxDevice.Cpu)
        {
            return new(open(OnnxDevice.Cpu), OnnxDevice.Cpu, null);
        }

        List<string> reasons = [];
        foreach (OnnxDevice device in wanted == OnnxDevice.Auto ? AutoOrder : [wanted])
        {
            if (!providers.Contains(DeviceNames.ProviderOf(device)))
            {
                reasons.Add($"{device}: the native library was not built with it");
                continue;
            }

            try
            {
                return new(open(device), device, Reason(reasons));
            }
            catch (OnnxRuntimeException exception)
            {
                reasons.Add($"{device}: {exception.Message.TrimEnd('.', '\n', '\r', ' ')}");
            }
        }

        return wanted != OnnxDevice.Auto && isRequired
            ? throw new OnnxRuntimeException(
                $"The device is required and cannot be used. {Reason(reasons)}. Bring the native library and drivers that it needs, or let RequireDevice be false.")
            : new(open(OnnxDevice.Cpu), OnnxDevice.Cpu, Reason(reasons));
    }

    private static string? Reason(List<string> reasons) => reasons.Count == 0 ? null : string.Join("; ", reasons);
}
