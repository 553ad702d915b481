using System.Text.RegularExpressions;

namespace LlmRouting.Onnx.Tests;

public sealed partial class UnsafeCodeTests
{
    [Test]
    public void UnsafeCode_IsInNativeOnly()
    {
        string sources = Path.Combine(Repository.Root, "src", "Routing.Onnx");
        string native = Path.Combine(sources, "Native") + Path.DirectorySeparatorChar;
        string[] all = [.. Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(static file => UnsafeWord().IsMatch(File.ReadAllText(file)))];

        Assert.That(all.Where(file => !file.StartsWith(native, StringComparison.Ordinal)), Is.Empty);
        Assert.That(all, Is.Not.Empty, "what is looked for is found where it belongs");
    }

    // Comments may speak of it.
    [GeneratedRegex(@"^(?!\s*//).*\b(unsafe\b|Unsafe\.|NativeMemory\.)", RegexOptions.Multiline)]
    private static partial Regex UnsafeWord();
}
