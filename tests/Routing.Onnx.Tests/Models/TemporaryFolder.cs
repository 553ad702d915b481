namespace LlmRouting.Onnx.Tests.Models;

/// <summary>Is a folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("llm-routing-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
