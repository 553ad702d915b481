using System.Text;
using System.Text.RegularExpressions;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Shows that the files are clean: nobody's own paths, nothing left for later without an issue, one encoding.</summary>
public sealed partial class RepositoryTests
{
    private static readonly string[] TextFiles =
        [".cs", ".csproj", ".props", ".targets", ".json", ".md", ".sh", ".config", ".txt", ".yml", ".yaml", ".editorconfig", ".gitignore", ".sln", ""];

    private static readonly string[] Files = [.. Repository.Files().Where(static path => TextFiles.Contains(Path.GetExtension(path)))];

    [Test]
    public void Files_AreFound()
    {
        Assert.That(Files, Does.Contain("README.md").And.Contain("src/Routing.Core/Routing.Core.csproj").And.Contain(".ci/run"));
        Assert.That(Files, Has.None.Contains("/obj/"));
    }

    [Test]
    public void NoFile_HoldsAPathOfSomebodysMachine() => Assert.That(Hits(MachinePath()), Is.Empty);

    [Test]
    public void NoFile_LeavesWorkForLater() => Assert.That(Hits(Later()), Is.Empty);

    [Test]
    public void NoSource_FoldsItsCodeAway() => Assert.That(Hits(Fold(), ".cs"), Is.Empty);

    [TestCase("see /home" + "/jane/src", true)]
    [TestCase("C:" + "\\Users\\jane", true)]
    [TestCase("/Users" + "/jane/src", true)]
    [TestCase("https://host.example/home/page", false)]
    [TestCase("src/Routing.Core", false)]
    public void MachinePath_IsRecognised(string text, bool expected) => Assert.That(MachinePath().IsMatch(text), Is.EqualTo(expected));

    [Test]
    public void Files_AreUtf8WithLfAndEndInANewline()
    {
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        List<string> violations = [];
        foreach (string path in Files.Where(static path => Path.GetExtension(path) is not ".sln"))
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(Repository.Root, path));
            if (bytes.Length == 0)
            {
                continue;
            }

            string text = strict.GetString(bytes);
            if (text.Contains('\r', StringComparison.Ordinal) || text[0] == '\uFEFF' || text[^1] != '\n')
            {
                violations.Add(path);
            }
        }

        Assert.That(violations, Is.Empty);
    }

    private static IEnumerable<string> Hits(Regex pattern, string extension = "") =>
        from path in Files
        where path.EndsWith(extension, StringComparison.Ordinal)
        from line in Repository.Read(path).Split('\n').Select(static (text, index) => (text, number: index + 1))
        where pattern.IsMatch(line.text)
        select $"{path}:{line.number}: {line.text.Trim()}";

    // The patterns are put together from parts so that this file does not match itself.
    [GeneratedRegex(@"(?<![\w.:/])/(?:home|Users|root|work|mnt|tmp)/\w|\b[A-Z]:\\(?:Users|dev|src)\b")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\b(?:TO[D]O|FIX[M]E|HA[C]K)\b")]
    private static partial Regex Later();

    [GeneratedRegex(@"^\s*#\s*(?:end)?regi[o]n\b")]
    private static partial Regex Fold();
}
