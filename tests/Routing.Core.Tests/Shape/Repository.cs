using System.Text.RegularExpressions;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Finds the repository's files from where the tests run.</summary>
internal static partial class Repository
{
    private static readonly string[] Skipped =
        ["bin", "obj", ".git", "artifacts", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts", ".vs", ".idea", ".vscode", "shared"];

    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>Lists files below a folder, relative to the root, with forward slashes; build output and the like left out.</summary>
    public static IEnumerable<string> Files(string folder = "", string pattern = "*") =>
        Walk(new DirectoryInfo(Path.Combine(Root, folder)), pattern)
            .Select(static file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>Takes comments and strings out of C#, so that what is left is what is compiled.</summary>
    public static string StripComments(string code) =>
        CommentOrString().Replace(code, static match => match.Value[0] == '/' ? "" : "\"\"");

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder, string pattern)
    {
        foreach (FileInfo file in folder.EnumerateFiles(pattern))
        {
            yield return file;
        }

        foreach (DirectoryInfo child in folder.EnumerateDirectories().Where(static child => !Skipped.Contains(child.Name)))
        {
            foreach (FileInfo file in Walk(child, pattern))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LlmRouting.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
