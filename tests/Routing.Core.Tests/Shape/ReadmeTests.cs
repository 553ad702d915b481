using System.Text.RegularExpressions;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Shows that every piece of C# in the README is cut from a sample that compiles.</summary>
public sealed partial class ReadmeTests
{
    [Test]
    public void CSharpInTheReadme_EqualsTheSampleThatItNames() =>
        Assert.That(Mistakes(Repository.Read("README.md"), static path => File.Exists(Path.Combine(Repository.Root, path)) ? Repository.Read(path) : null), Is.Empty);

    [TestCase("```csharp\nvar x = 1;\n```\n", "line 1: a csharp block without '<!-- snippet: path name -->' on the line before it")]
    [TestCase("<!-- snippet: s.cs gone -->\n```csharp\nvar x = 1;\n```\n", "line 2: s.cs has no region '// <snippet:gone>'")]
    [TestCase("<!-- snippet: missing.cs one -->\n```csharp\nvar x = 1;\n```\n", "line 2: missing.cs does not exist")]
    [TestCase("text\n<!-- snippet: s.cs one -->\n```csharp\nvar x = 2;\n```\n", "line 3: differs from s.cs, which says:\nvar x = 1;\n    if (x)")]
    [TestCase("<!-- snippet: s.cs one -->\n```csharp\nvar x = 1;\n    if (x)\n```\n", null)]
    [TestCase("```json\n{}\n```\n", null)]
    public void Mistake_IsFound(string readme, string? expected) =>
        Assert.That(
            Mistakes(readme, static path => path == "s.cs" ? "a\n    // <snippet:one>\n    var x = 1;\n        if (x)\n    // </snippet:one>\nb\n" : null),
            expected is null ? Is.Empty : Is.EqualTo([expected]));

    private static List<string> Mistakes(string readme, Func<string, string?> read)
    {
        List<string> mistakes = [];
        foreach (Match block in Block().Matches(readme))
        {
            string line = $"line {readme[..block.Groups["fence"].Index].Count(static letter => letter == '\n') + 1}";
            string path = block.Groups["path"].Value;
            if (!block.Groups["path"].Success)
            {
                mistakes.Add($"{line}: a csharp block without '<!-- snippet: path name -->' on the line before it");
            }
            else if (read(path) is not { } sample)
            {
                mistakes.Add($"{line}: {path} does not exist");
            }
            else if (Region(sample, block.Groups["name"].Value) is not { } region)
            {
                mistakes.Add($"{line}: {path} has no region '// <snippet:{block.Groups["name"].Value}>'");
            }
            else if (region != block.Groups["code"].Value.TrimEnd('\n'))
            {
                mistakes.Add($"{line}: differs from {path}, which says:\n{region}");
            }
        }

        return mistakes;
    }

    /// <summary>Cuts a region out of a sample, without the indentation that all its lines share.</summary>
    private static string? Region(string sample, string name)
    {
        string[] lines = sample.Split('\n');
        int start = Array.FindIndex(lines, line => line.Trim() == $"// <snippet:{name}>");
        int end = Array.FindIndex(lines, line => line.Trim() == $"// </snippet:{name}>");
        if (start < 0 || end < start)
        {
            return null;
        }

        string[] region = lines[(start + 1)..end];
        int indent = region.Where(static line => line.Length > 0).Select(static line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', region.Select(line => line.Length == 0 ? line : line[indent..]));
    }

    [GeneratedRegex(@"(?:<!-- snippet: (?<path>\S+) (?<name>\S+) -->\n)?^(?<fence>```)(?:csharp|cs|c#)\b[^\n]*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Block();
}
