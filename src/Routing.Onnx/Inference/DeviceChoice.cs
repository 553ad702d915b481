namespace LlmRouting.Onnx.Inference;

/// <summary>Says what was taken, and why nothing better was.</summary>
/// <param name="Value">What was opened.</param>
/// <param name="Device">The device; never <see cref="OnnxDevice.Auto"/>.</param>
/// <param name="Reason">Why other devices were passed over; null when none was.</param>
internal sealed record DeviceChoice<T>(T Value, OnnxDevice Device, string? Reason);
