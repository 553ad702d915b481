namespace LlmRouting.Onnx.Learned;

/// <summary>Tells one state of a file from another without reading it.</summary>
/// <param name="Written">When it was last written; the default where there is none.</param>
/// <param name="Length">Its bytes; -1 where there is none.</param>
internal readonly record struct FileStamp(DateTime Written, long Length)
{
    public bool Exists => Length >= 0;

    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new(file.LastWriteTimeUtc, file.Length) : new(default, -1);
    }
}
