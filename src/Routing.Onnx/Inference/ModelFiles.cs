using LlmRouting.Onnx.Training.Export;

namespace LlmRouting.Onnx.Inference;

/// <summary>Finds the files of an exported model.</summary>
/// <param name="Model">The model's file.</param>
/// <param name="Folder">Where its configuration and tokenizer are.</param>
internal sealed record ModelFiles(string Model, string Folder)
{
    // Routers are a few megabytes; what is larger need not be read to know that it is none.
    private const long MostRouterBytes = 1 << 26;

    /// <summary>Finds them.</summary>
    /// <param name="path">A folder with <c>model.onnx</c> or <c>onnx/model.onnx</c>, or the file itself, whose other files are beside it or one folder above.</param>
    /// <exception cref="OnnxRuntimeException">There is no model, or it is a router, which is used otherwise.</exception>
    public static ModelFiles Find(string path)
    {
        if (File.Exists(path))
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
            string above = Path.GetDirectoryName(folder) ?? "";
            return HasConfiguration(folder) || !HasConfiguration(above) ? Checked(new(path, folder)) : new(path, above);
        }

        foreach (string name in (ReadOnlySpan<string>)["model.onnx", Path.Combine("onnx", "model.onnx")])
        {
            string file = Path.Combine(path, name);
            if (File.Exists(file))
            {
                return Checked(new(file, path));
            }
        }

        string what = Directory.Exists(path) ? $"The folder '{path}' holds no model.onnx" : $"There is no model at '{path}'";
        throw new OnnxRuntimeException($"{what}. Export one with: optimum-cli export onnx --model <name> <folder>.");
    }

    // Both kinds of file end in .onnx; that a configuration is missing would send whoever confused them the wrong way.
    private static ModelFiles Checked(ModelFiles files) => HasConfiguration(files.Folder) || !IsRouter(files.Model)
        ? files
        : throw new OnnxRuntimeException(
            $"'{files.Model}' is no encoder of text but a router that RouterTrainer saved. Use AddLearnedRouter or AddLearnedClassifier, which need neither ONNX Runtime nor a tokenizer.");

    private static bool IsRouter(string file)
    {
        try
        {
            return new FileInfo(file).Length <= MostRouterBytes && File.ReadAllBytes(file).AsSpan().IndexOf(RouterFile.KindBytes) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // Whoever opens the model will say so.
        }
    }

    private static bool HasConfiguration(string folder) => File.Exists(Path.Combine(folder, ModelConfiguration.FileName));
}
