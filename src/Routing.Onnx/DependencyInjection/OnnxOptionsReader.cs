using System.Collections.Immutable;
using LlmRouting.Onnx.Inference;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Knows the section of the ONNX classifier, and translates it.</summary>
internal static class OnnxOptionsReader
{
    public const string SectionName = "Onnx";

    /// <summary>Gets the paths of all settings; a test compares them with the options' properties.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [
        nameof(OnnxOptions.ModelPath), nameof(OnnxOptions.LibraryPath), nameof(OnnxOptions.Device), nameof(OnnxOptions.DeviceId),
        nameof(OnnxOptions.RequireDevice), nameof(OnnxOptions.MemoryLimitBytes), nameof(OnnxOptions.Threads), nameof(OnnxOptions.ProviderOptions),
        nameof(OnnxOptions.MaxTokens), nameof(OnnxOptions.MaxCharacters), nameof(OnnxOptions.Temperature), nameof(OnnxOptions.Labels),
        nameof(OnnxOptions.RegressionConfidence), nameof(OnnxOptions.Timeout),
        $"{nameof(OnnxOptions.Batch)}:{nameof(OnnxBatchOptions.Places)}", $"{nameof(OnnxOptions.Batch)}:{nameof(OnnxBatchOptions.MaxBatch)}",
        $"{nameof(OnnxOptions.Batch)}:{nameof(OnnxBatchOptions.MaxWait)}", $"{nameof(OnnxOptions.Batch)}:{nameof(OnnxBatchOptions.MaxQueue)}",
    ];

    public static OnnxClassifierSettings Read(OnnxOptions options) => new()
    {
        ModelPath = options.ModelPath,
        Session = new()
        {
            LibraryPath = options.LibraryPath,
            Device = options.Device,
            DeviceId = options.DeviceId,
            RequireDevice = options.RequireDevice,
            MemoryLimitBytes = options.MemoryLimitBytes,
            Threads = options.Threads,
            ProviderOptions = options.ProviderOptions.ToImmutableDictionary(),
        },
        MaxTokens = options.MaxTokens,
        MaxCharacters = options.MaxCharacters,
        Temperature = options.Temperature,
        Labels = options.Labels.ToImmutableDictionary(),
        RegressionConfidence = options.RegressionConfidence,
        Timeout = options.Timeout,
        Batch = new() { Places = options.Batch.Places, MaxBatch = options.Batch.MaxBatch, MaxWait = options.Batch.MaxWait, MaxQueue = options.Batch.MaxQueue },
    };
}
