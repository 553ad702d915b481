using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Learned;

/// <summary>Holds the router that ships with this package: complexity of general English requests. What it can and cannot do: docs/default-model.md.</summary>
internal static class DefaultModel
{
    private const string Resource = "LlmRouting.Onnx.default-model.onnx";
    private static readonly Lazy<TrainedRouter> Loaded = new(Load);

    /// <summary>Gets it; loaded the first time, some milliseconds.</summary>
    public static TrainedRouter Router => Loaded.Value;

    private static TrainedRouter Load()
    {
        using Stream stream = typeof(DefaultModel).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidDataException($"The assembly lacks its resource '{Resource}'; take it from the package as it is.");
        return TrainedRouter.Load(stream);
    }
}
