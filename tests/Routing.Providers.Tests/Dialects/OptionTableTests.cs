using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Dialects;

public sealed class OptionTableTests
{
    private const string Begin = "<!-- table: what is sent -->\n";
    private const string End = "<!-- end of table -->";
    private const string Switch = "LLMROUTING_ACCEPT_DOCS";

    // What is dropped without a report, and why that is no loss.
    private static readonly HashSet<(string Option, string Value)> Harmless =
    [
        (nameof(ChatOptions.ResponseFormat), "text"), // text is what comes anyway
    ];

    [Test]
    public void Table_HasEachOption() =>
        Assert.That(
            OptionTable.Options.Select(static row => row.Option).Append(nameof(ChatOptions.RawRepresentationFactory)).Distinct(),
            Is.EquivalentTo(typeof(ChatOptions).GetProperties().Select(static property => property.Name)));

    [Test]
    public async Task Option_IsNeverDroppedInSilence()
    {
        foreach (WireDialect dialect in WireDialect.All)
        {
            foreach ((string option, string value, ChatOptions options) in OptionTable.Options)
            {
                if (!Harmless.Contains((option, value)))
                {
                    Assert.That(await OptionTable.OfOptionAsync(dialect, options), Is.Not.EqualTo("dropped"), $"{dialect}: {option} {value}");
                }
            }
        }
    }

    [Test]
    public async Task Page_ShowsWhatIsSent()
    {
        string page = Path.Combine(Root(), "docs", "providers.md");
        string text = (await File.ReadAllTextAsync(page)).Replace("\r\n", "\n", StringComparison.Ordinal);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        string expected = await OptionTable.WriteAsync();

        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            await File.WriteAllTextAsync(page, text[..begin] + expected + text[end..]);
            return;
        }

        Assert.That(text[begin..end], Is.EqualTo(expected), $"docs/providers.md differs from what is sent; run this test with {Switch}=1 and look at the change.");
    }

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
