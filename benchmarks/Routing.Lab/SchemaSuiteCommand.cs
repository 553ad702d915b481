using System.Text.Json;
using LlmRouting.JsonSchema;

namespace LlmRouting.Lab;

// Runs a folder in the layout of the official JSON Schema Test Suite and prints the failures, then the totals as one line of JSON.
internal static class SchemaSuiteCommand
{
    // Where the suite's convention serves the folder "remotes".
    private const string RemoteBase = "http://localhost:1234/";

    internal static int Run(string[] args)
    {
        if (args.Length == 0 || !TryDraft(Option(args, "--draft") ?? "2020-12", out SchemaDialect draft))
        {
            Console.Error.WriteLine("schema-suite <folder> [--remotes <folder>] --draft <2020-12|2019-09|7|6|4>");
            return 2;
        }

        SchemaRegistry registry = Remotes(Option(args, "--remotes"));
        int passed = 0;
        int failed = 0;
        foreach (string file in Directory.EnumerateFiles(args[0], "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(args[0], file).Replace('\\', '/');
            var compiler = new SchemaCompiler(Options(file, draft, registry));
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement group in document.RootElement.EnumerateArray())
            {
                foreach ((string test, string? problem) in RunGroup(compiler, group))
                {
                    passed += problem is null ? 1 : 0;
                    failed += problem is null ? 0 : 1;
                    if (problem is not null)
                    {
                        Console.WriteLine($"{name}: {group.GetProperty("description")}: {test}: {problem}");
                    }
                }
            }
        }

        Console.WriteLine($"{{\"passed\":{passed},\"failed\":{failed},\"skipped\":0}}");
        return failed == 0 ? 0 : 1;
    }

    // Formats are asserted in optional/format; elsewhere the metaschema decides, as the suite's README has it. The folder's name is looked
    // at rather than the path below args[0], so that a part of the suite can be run alone.
    private static SchemaSettings Options(string file, SchemaDialect draft, SchemaRegistry registry) => new()
    {
        DefaultDialect = draft,
        Registry = registry,
        AssertFormat = Folder(file) == "format" ? true : null,
        AssertContent = draft == SchemaDialect.Draft7 && Folder(file) == "optional" && Path.GetFileName(file) == "content.json",
    };

    private static string? Folder(string file) => Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)));

    private static IEnumerable<(string Test, string? Problem)> RunGroup(SchemaCompiler compiler, JsonElement group)
    {
        CompiledSchema? schema = null;
        string? broken = null;
        try
        {
            schema = compiler.Compile(group.GetProperty("schema"));
        }
        catch (SchemaException exception)
        {
            broken = exception.Message;
        }

        foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
        {
            string name = test.GetProperty("description").GetString() ?? "";
            yield return (name, schema is null ? broken : Check(schema, test.GetProperty("data"), test.GetProperty("valid").GetBoolean()));
        }
    }

    // Every way to ask must give the same answer.
    private static string? Check(CompiledSchema schema, JsonElement data, bool expected)
    {
        SchemaResult result = schema.Validate(data);
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(data, SchemaLabJson.Default.JsonElement);
        bool agree = schema.IsValid(data) == result.IsValid && schema.IsValid(text) == result.IsValid && result.Errors.IsEmpty == result.IsValid;
        return !agree ? "the ways to validate disagree."
            : result.IsValid == expected ? null
            : expected ? $"is valid, but {result.Errors[0]}"
            : "is invalid, but was accepted.";
    }

    private static SchemaRegistry Remotes(string? folder)
    {
        var registry = new SchemaRegistry();
        if (folder is null)
        {
            return registry;
        }

        foreach (string file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            registry.Add(new Uri(RemoteBase + Path.GetRelativePath(folder, file).Replace('\\', '/')), File.ReadAllBytes(file));
        }

        return registry;
    }

    private static string? Option(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    private static bool TryDraft(string name, out SchemaDialect draft)
    {
        draft = name switch
        {
            "4" => SchemaDialect.Draft4,
            "6" => SchemaDialect.Draft6,
            "7" => SchemaDialect.Draft7,
            "2019-09" => SchemaDialect.Draft201909,
            _ => SchemaDialect.Draft202012,
        };
        return name is "4" or "6" or "7" or "2019-09" or "2020-12";
    }
}
