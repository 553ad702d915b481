using System.Text.RegularExpressions;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Shows that folders of the core lean only on those below them, so that the whole stays without circles.</summary>
public sealed partial class FolderDependencyTests
{
    private const string Root = "";

    // Which folders a folder may use. A new folder gets a row here, together with docs/architecture.md.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["TextAnalysis"] = [],
        ["JsonSchema"] = [],
        [Root] = ["TextAnalysis"],
        ["HandOff"] = [Root],
        ["Catalog"] = [Root],
        ["Models"] = [Root],
        ["Classifiers"] = [Root, "TextAnalysis", "Diagnostics"],
        ["Strategies"] = [Root, "TextAnalysis"],
        ["Constraints"] = [Root],
        ["Conversations"] = [Root],
        ["Budgets"] = [Root],
        ["Diagnostics"] = [Root, "Budgets", "Models"],
        ["DecisionLog"] = [Root, "TextAnalysis", "Diagnostics", "Learning"],
        ["Learning"] = ["TextAnalysis"],
        ["Validation"] = [Root, "TextAnalysis", "JsonSchema"],
        ["Admission"] = [Root],
        ["Execution"] = [Root, "Models", "HandOff", "Budgets", "Diagnostics"],
        ["Pipeline"] = [Root, "Admission", "TextAnalysis", "JsonSchema", "Models", "Classifiers", "Strategies", "Constraints", "Conversations", "Budgets", "Diagnostics", "Validation", "Execution", "HandOff"],
        ["Replay"] = [Root, "Models", "Classifiers", "Strategies", "Constraints", "DecisionLog", "Pipeline"],
        ["DependencyInjection"] = [Root, "Admission", "TextAnalysis", "JsonSchema", "Models", "Classifiers", "Strategies", "Constraints", "Conversations", "Budgets", "Diagnostics", "Validation", "Execution", "HandOff", "Catalog", "Pipeline", "DecisionLog"],
    };

    private static IEnumerable<string> Sources => Repository.Files("src/Routing.Core", "*.cs");

    [Test]
    public void Folders_UseOnlyWhatTheirArrowsAllow()
    {
        List<string> violations = [];
        foreach (string path in Sources)
        {
            string folder = FolderOf(path);
            if (!Arrows.TryGetValue(folder, out string[]? allowed))
            {
                violations.Add($"{path}: the folder '{folder}' has no row in the table of arrows.");
                continue;
            }

            foreach (string used in UsedBy(path).Where(used => used != folder && !allowed.Contains(used)))
            {
                violations.Add($"{path}: '{Name(folder)}' must not use '{Name(used)}'.");
            }
        }

        Assert.That(violations, Is.Empty);
    }

    [Test]
    public void Arrows_LeadInNoCircle()
    {
        foreach (string folder in Arrows.Keys)
        {
            HashSet<string> reached = [];
            Stack<string> open = new(Arrows[folder]);
            while (open.TryPop(out string? next))
            {
                if (reached.Add(next))
                {
                    Array.ForEach(Arrows[next], open.Push);
                }
            }

            Assert.That(reached, Does.Not.Contain(folder), Name(folder));
        }
    }

    [Test]
    public void Namespace_IsTheFolder()
    {
        foreach (string path in Sources)
        {
            string folder = FolderOf(path);
            string expected = folder.Length == 0 ? "LlmRouting" : $"LlmRouting.{folder.Replace('/', '.')}";
            string actual = NamespaceLine().Match(Repository.Read(path)).Groups["name"].Value;

            // Extension methods for the container live where every host looks for them.
            Assert.That(actual, folder == "DependencyInjection" && path.EndsWith("Extensions.cs", StringComparison.Ordinal) ? Is.EqualTo("Microsoft.Extensions.DependencyInjection") : Is.EqualTo(expected), path);
        }
    }

    [Test]
    public void OnlyDependencyInjection_SeesConfigurationOptionsAndTheContainer() =>
        Assert.That(
            Sources.Where(static path => FolderOf(path) != "DependencyInjection" && HostNamespaces().IsMatch(CodeOf(path))),
            Is.Empty);

    [Test]
    public void Core_HasNoHttpClientOrNativeCode() =>
        Assert.That(Sources.Where(static path => Forbidden().IsMatch(CodeOf(path))), Is.Empty);

    [Test]
    public void Core_KnowsNoProvidersName()
    {
        // What users talk about is no dependency: the keyword lists may name a cloud.
        IEnumerable<string> sources = Sources.Where(static path => !path.EndsWith("/HeuristicKeywords.cs", StringComparison.Ordinal));

        Assert.That(sources.Where(static path => ProviderNames().IsMatch(WithoutComments(path))), Is.Empty);
    }

    [Test]
    public void Core_ReferencesOnlyAbstractions()
    {
        IEnumerable<string> packages = PackageReference().Matches(Repository.Read("src/Routing.Core/Routing.Core.csproj")).Select(static match => match.Groups["id"].Value);

        Assert.That(packages, Is.EquivalentTo(new[]
        {
            "Microsoft.Extensions.AI.Abstractions",
            "Microsoft.Extensions.DependencyInjection.Abstractions",
            "Microsoft.Extensions.Diagnostics.HealthChecks.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.Options.ConfigurationExtensions",
        }));
    }

    [Test]
    public void ProvidersAndOnnx_NeverSeeEachOther()
    {
        Assert.That(Repository.Read("src/Routing.Providers/Routing.Providers.csproj"), Does.Not.Contain("Routing.Onnx"));
        Assert.That(Repository.Read("src/Routing.Onnx/Routing.Onnx.csproj"), Does.Not.Contain("Routing.Providers"));
    }

    /// <summary>Finds the folders whose namespaces a file imports or spells out. The root's types need no import, so its arrows are read from type names.</summary>
    private static IEnumerable<string> UsedBy(string path)
    {
        string code = CodeOf(path);
        foreach (Match match in OurNamespace().Matches(code))
        {
            string folder = match.Groups["folder"].Value;
            if (Arrows.ContainsKey(folder))
            {
                yield return folder;
            }
        }

        if (RootTypes.Value.IsMatch(code))
        {
            yield return Root;
        }
    }

    // Types of the root are visible everywhere below it without an import.
    private static readonly Lazy<Regex> RootTypes = new(static () => new Regex(
        $@"\b(?:{string.Join('|', Sources.Where(static path => FolderOf(path).Length == 0).Select(static path => Path.GetFileNameWithoutExtension(path)).Where(static name => name != "Tier"))})\b"));

    private static string FolderOf(string path)
    {
        // JsonSchema is a component of its own, whose folders sort its files and share its namespace.
        string folder = Path.GetDirectoryName(path["src/Routing.Core/".Length..])?.Replace('\\', '/') ?? "";
        return folder.StartsWith("JsonSchema/", StringComparison.Ordinal) ? "JsonSchema" : folder;
    }

    private static string CodeOf(string path) => Repository.StripComments(Repository.Read(path));

    private static string WithoutComments(string path) => LineComment().Replace(Repository.Read(path), "");

    private static string Name(string folder) => folder.Length == 0 ? "the root" : folder;

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"(?<!^namespace )\bLlmRouting\.(?<folder>[A-Z]\w*)\b", RegexOptions.Multiline)]
    private static partial Regex OurNamespace();

    [GeneratedRegex(@"\bMicrosoft\.Extensions\.(?:Configuration|Options|DependencyInjection|Hosting)\b")]
    private static partial Regex HostNamespaces();

    [GeneratedRegex(@"\b(?:HttpClient|HttpMessageHandler|HttpMessageInvoker|SocketsHttpHandler|TcpClient|WebSocket|DllImport|LibraryImport|NativeLibrary)\b")]
    private static partial Regex Forbidden();

    [GeneratedRegex("openai|anthropic|azure|groq|mistral|ollama|gemini|deepseek|bedrock|openrouter|cohere", RegexOptions.IgnoreCase)]
    private static partial Regex ProviderNames();

    [GeneratedRegex("<PackageReference Include=\"(?<id>[^\"]+)\"")]
    private static partial Regex PackageReference();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex LineComment();
}
