using System.Text.Json;
using LlmRouting.JsonSchema;

namespace LlmRouting.Core.Tests.JsonSchema;

// Runs the official JSON Schema Test Suite where a copy of it lies next to the repository (or where LLMROUTING_SHARED points).
public sealed class SchemaSuiteTests
{
    [Test]
    public void Draft202012_PassesEveryCaseOfTheOfficialSuite()
    {
        string suite = FindSuite();
        SchemaRegistry registry = Remotes(Path.Combine(suite, "remotes"));
        string tests = Path.Combine(suite, "tests", "draft2020-12");
        List<string> failures = [];
        int cases = 0;

        foreach (string file in Directory.EnumerateFiles(tests, "*.json", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(tests, file).Replace('\\', '/');
            bool asserted = name.StartsWith("optional/format/", StringComparison.Ordinal);
            var compiler = new SchemaCompiler(new SchemaSettings { Registry = registry, AssertFormat = asserted ? true : null });
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement group in document.RootElement.EnumerateArray())
            {
                CompiledSchema schema = compiler.Compile(group.GetProperty("schema"));
                foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
                {
                    cases++;
                    JsonElement data = test.GetProperty("data");
                    bool expected = test.GetProperty("valid").GetBoolean();
                    if (schema.IsValid(data) != expected || schema.Validate(data).IsValid != expected)
                    {
                        failures.Add($"{name}: {group.GetProperty("description")}: {test.GetProperty("description")}");
                    }
                }
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(failures, Is.Empty);
            Assert.That(cases, Is.GreaterThan(2000));
        });
    }

    private static string FindSuite()
    {
        string? shared = Environment.GetEnvironmentVariable("LLMROUTING_SHARED");
        if (string.IsNullOrEmpty(shared))
        {
            DirectoryInfo? root = new(TestContext.CurrentContext.TestDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, "LlmRouting.sln")))
            {
                root = root.Parent;
            }

            shared = Path.Combine(root?.Parent?.FullName ?? "", "shared");
        }

        string suite = Path.Combine(shared, "data", "json-schema-test-suite");
        if (!Directory.Exists(suite))
        {
            Assert.Ignore($"The official suite is not at '{suite}'; put a copy there or name the folder above it in LLMROUTING_SHARED.");
        }

        return suite;
    }

    private static SchemaRegistry Remotes(string folder)
    {
        var registry = new SchemaRegistry();
        foreach (string file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            registry.Add(new Uri("http://localhost:1234/" + Path.GetRelativePath(folder, file).Replace('\\', '/')), File.ReadAllBytes(file));
        }

        return registry;
    }
}
