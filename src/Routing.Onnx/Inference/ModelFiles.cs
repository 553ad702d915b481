namespace LlmRouting.Onnx.Inference;

/// <summary>Finds the files of an exported model.</summary>
/// <param name="Model">The model's file.</param>
/// <param name="Folder">Where its configuration and tokenizer are.</param>
internal sealed record ModelFiles(string Model, string Folder)
{
    /// <summary>Finds them.</summary>
    /// <param name="path">A folder with <c>model.onnx</c> or <c>onnx/model.onnx</c>, or the file itself, whose other files are beside it or one folder above.</param>
    /// <exception cref="OnnxRuntimeException">There is no model.</exception>
    public static ModelFiles Find(string path)
    {
        if (File.Exists(path))
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
            string above = Path.GetDirectoryName(folder) ?? "";
            return new(path, !HasConfiguration(folder) && HasConfiguration(above) ? above : folder);
        }

        foreach (string name in (ReadOnlySpan<string>)["model.onnx", Path.Combine("onnx", "model.onnx")])
        {
            string file = Path.Combine(path, name);
            if (File.Exists(file))
            {
                return new(file, path);
            }
        }

        string what = Directory.Exists(path) ? $"The folder '{path}' holds no model.onnx" : $"There is no model at '{path}'";
        throw new OnnxRuntimeException($"{what}. Export one with: optimum-cli export onnx --model <name> <folder>.");
    }

    private static bool HasConfiguration(string folder) => File.Exists(Path.Combine(folder, ModelConfiguration.FileName));
}
