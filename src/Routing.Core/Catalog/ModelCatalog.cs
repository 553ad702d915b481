using System.Reflection;
using System.Text.Json;

namespace LlmRouting.Catalog;

/// <summary>Is every catalog that the host named, asked in order; the first one that holds a model describes it.</summary>
/// <remarks>Lives for one reading of the configuration: files are read anew at each reload. Not thread-safe.</remarks>
internal sealed class ModelCatalog : IDisposable
{
    /// <summary>The name of the catalog that ships with the library.</summary>
    public const string BuiltIn = "built-in";

    private readonly List<CatalogFile> _files = [];
    private readonly Dictionary<string, string[]> _aliases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the catalogs.</summary>
    /// <param name="names">Paths of files, relative to the current directory, or <see cref="BuiltIn"/>.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public ModelCatalog(IEnumerable<string> names, List<string> errors)
    {
        foreach (string name in names.Distinct(StringComparer.Ordinal))
        {
            if (Open(name, errors) is { } file)
            {
                _files.Add(file);
            }
        }

        if (_files.Count > 0)
        {
            ReadAliases();
        }
    }

    /// <summary>Looks a model up.</summary>
    /// <param name="kind">The kind of its provider.</param>
    /// <param name="modelId">The provider's own name for it.</param>
    /// <param name="errors">Takes what is wrong with its entry.</param>
    /// <returns>null when no catalog holds it.</returns>
    public CatalogModel? Find(string kind, string modelId, List<string> errors)
    {
        if (_files.Count == 0)
        {
            return null;
        }

        string[] providers = [kind.ToLowerInvariant(), .. _aliases.GetValueOrDefault(kind) ?? []];
        foreach (CatalogFile file in _files)
        {
            if (file.Find(providers, modelId, errors) is { } model)
            {
                return model;
            }
        }

        return null;
    }

    public void Dispose()
    {
        foreach (CatalogFile file in _files)
        {
            file.Dispose();
        }
    }

    private static CatalogFile? Open(string name, List<string> errors)
    {
        if (string.Equals(name, BuiltIn, StringComparison.OrdinalIgnoreCase))
        {
            using Stream resource = Resource("catalog.json");
            return CatalogFile.Open(resource, BuiltIn, errors);
        }

        try
        {
            using FileStream file = File.OpenRead(Path.GetFullPath(name));
            return CatalogFile.Open(file, name, errors);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add($"{name} cannot be read ({exception.GetType().Name}); name a file that exists, or '{BuiltIn}'.");
            return null;
        }
    }

    private void ReadAliases()
    {
        using Stream resource = Resource("kinds.json");
        using JsonDocument document = JsonDocument.Parse(resource);
        foreach (JsonProperty kind in document.RootElement.EnumerateObject())
        {
            _aliases[kind.Name] = [.. kind.Value.EnumerateArray().Select(static name => name.GetString()!)]; // not null: our own file
        }
    }

    private static Stream Resource(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream($"LlmRouting.Catalog.{name}")
        ?? throw new InvalidOperationException($"The resource '{name}' is missing.");
}
