namespace LlmRouting.Core.Tests.DecisionLog;

/// <summary>Is a folder that is gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("llm-routing-").FullName;

    public string Log => System.IO.Path.Combine(Path, "logs", "decisions.jsonl");

    /// <summary>Gets the files of the log, in the order of their names.</summary>
    public string[] Files => Directory.Exists(System.IO.Path.GetDirectoryName(Log))
        ? [.. Directory.GetFiles(System.IO.Path.GetDirectoryName(Log)!).Order(StringComparer.Ordinal)]
        : [];

    public string[] Lines => [.. Files.SelectMany(File.ReadAllLines)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
