namespace LlmRouting.Onnx.Classifiers;

/// <summary>Says how an <see cref="OnnxClassifier"/> is doing: what a health check wants to know.</summary>
/// <param name="IsReady">Whether a model is loaded.</param>
/// <param name="ModelPath">The model's file; the path of the settings while none is loaded.</param>
/// <param name="Device">What it runs on; null while none is loaded.</param>
/// <param name="FallbackReason">Why other devices were passed over; null when none was.</param>
/// <param name="Error">Why the last loading failed; null when it did not.</param>
/// <param name="Truncations">Of how many requests only the head and the tail were read, since the classifier was made.</param>
/// <param name="Circuit">Whether it is asked at all: it is left alone for a while after it failed several times in a row.</param>
public sealed record OnnxClassifierStatus(
    bool IsReady,
    string ModelPath,
    OnnxDevice? Device,
    string? FallbackReason,
    string? Error,
    long Truncations,
    CircuitState Circuit);
