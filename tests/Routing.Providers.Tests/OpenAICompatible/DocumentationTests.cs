using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

public sealed class DocumentationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Root(), "docs", "providers.md"));

    private static readonly string[] Options = [.. typeof(ChatOptions).GetProperties().Select(p => p.Name)];

    private static readonly string[] Contents =
        [.. typeof(AIContent).Assembly.GetExportedTypes().Where(t => t.IsAssignableTo(typeof(AIContent))).Select(t => t.Name)];

    private static readonly OpenAICompatibleKind[] Kinds = [.. OpenAICompatibleKinds.All];

    [TestCaseSource(nameof(Options))]
    public void Table_ListsEachOption(string name) => Assert.That(Section("What becomes of each option: OpenAI"), Does.Contain($"`{name}`"));

    [TestCaseSource(nameof(Contents))]
    public void Table_ListsEachContent(string name) => Assert.That(Section("What becomes of each content: OpenAI"), Does.Contain($"`{name}`"));

    [TestCaseSource(nameof(Kinds))]
    public void Table_ListsEachKind(OpenAICompatibleKind kind)
    {
        string row = Text.Split('\n').Single(line => line.StartsWith($"| `{kind.Name}` |", StringComparison.Ordinal));

        Assert.That(row, Does.Contain(kind.DefaultEndpoint is null ? "set `Endpoint`" : $"`{kind.DefaultEndpoint.OriginalString}`"));
        Assert.That(row, Does.Contain(kind.RequiresKey ? "| required" : "| optional"));
        Assert.That(row, Does.Contain(kind.KeyEnvironmentVariable is null ? "| |" : $"`{kind.KeyEnvironmentVariable}`"));
        Assert.That(row.Contains("`top_k`", StringComparison.Ordinal), Is.EqualTo(kind.AcceptsTopK));
    }

    private static string Section(string title) => Text.Split("\n## ").Single(s => s.StartsWith(title, StringComparison.Ordinal));

    private static string Root()
    {
        string folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "LlmRouting.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No solution above the tests.");
        }

        return folder;
    }
}
