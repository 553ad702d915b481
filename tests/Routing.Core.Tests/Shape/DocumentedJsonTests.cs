using System.Text.Json;
using System.Text.RegularExpressions;
using LlmRouting.DependencyInjection;
using Microsoft.Extensions.Configuration;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Shows that the configuration which the pages print has settings that there are.</summary>
public sealed partial class DocumentedJsonTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static IEnumerable<string> Pages => Repository.Files("docs", "*.md").Append("README.md");

    [TestCaseSource(nameof(Pages))]
    public void Settings_OnThePage_AreSettings(string page) => Assert.That(Mistakes(Repository.Read(page)), Is.Empty);

    [Test]
    public void Mistakes_AreFound() => Assert.That(
        Mistakes("```jsonc\n\"Budgets\": { \"daily\": { \"LimitUs\": 25 } }\n```\n```jsonc\n\"LlmRouting\": { \"Catalogue\": [ \"built-in\" ] }\n```\n"),
        Is.EqualTo(new[]
        {
            "LlmRouting:Budgets:daily:LimitUs is not a setting; did you mean 'LimitUsd'?",
            "LlmRouting:Catalogue is not a setting; did you mean 'Catalog'?",
        }));

    private static List<string> Mistakes(string page)
    {
        List<string> mistakes = [];
        foreach (Match block in Block().Matches(page))
        {
            // A piece of a file: either the router's section, or one that stands in it.
            using JsonDocument document = JsonDocument.Parse($"{{{block.Groups["json"].Value}}}", Lenient);
            JsonElement root = document.RootElement.TryGetProperty("LlmRouting", out JsonElement whole) ? whole : document.RootElement;
            Dictionary<string, string?> settings = [];
            Flatten(root, "LlmRouting", settings);
            IConfigurationSection section = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("LlmRouting");

            // The section of the other package is checked where its keys are known.
            ConfigurationKeys.Check(new RoutingSection(section, "LlmRouting"), [new ExtensionSection("Onnx", ["ModelPath", "Device", "Labels"])], mistakes);
        }

        return mistakes;
    }

    private static void Flatten(JsonElement element, string path, Dictionary<string, string?> settings)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Flatten(property.Value, $"{path}:{property.Name}", settings);
                }

                break;
            case JsonValueKind.Array:
                for (int i = 0; i < element.GetArrayLength(); i++)
                {
                    Flatten(element[i], $"{path}:{i}", settings);
                }

                break;
            default:
                settings[path] = element.ToString();
                break;
        }
    }

    [GeneratedRegex("^```jsonc\\n(?<json>\".*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
