using System.Collections.Frozen;
using System.Text.Json;

namespace LlmRouting.Catalog;

/// <summary>Is one catalog, in either of the two formats that are shared.</summary>
/// <remarks>Only what is looked up is read, so that a mistake in a model that nobody uses stops nobody. Not thread-safe.</remarks>
internal sealed class CatalogFile : IDisposable
{
    /// <summary>The largest file that is read; the shared ones have a few megabytes.</summary>
    public const long MaxBytes = 64 * 1024 * 1024;

    private const string ProviderField = "litellm_provider";
    private const string SampleKey = "sample_spec";
    private const string ModelsField = "models";

    // Modes of models that chat; others (embedding, image_generation) share ids and fields, not meaning.
    private static readonly FrozenSet<string> ChatModes = new[] { "chat", "completion", "responses" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly JsonDocument _document;
    private readonly bool _isNested;

    private CatalogFile(JsonDocument document, string name, bool isNested)
    {
        _document = document;
        Name = name;
        _isNested = isNested;
    }

    /// <summary>Gets what messages call the catalog.</summary>
    public string Name { get; }

    /// <summary>Reads a catalog.</summary>
    /// <param name="json">The file; it is read, not closed.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <returns>null when it is no catalog.</returns>
    public static CatalogFile? Open(Stream json, string name, List<string> errors)
    {
        if (json.Length > MaxBytes)
        {
            errors.Add($"{name} has more than {MaxBytes / (1024 * 1024)} MB; that is no model catalog.");
            return null;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException exception)
        {
            errors.Add($"{name} is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.");
            return null;
        }

        if (FindFormat(document.RootElement) is { } isNested)
        {
            return new CatalogFile(document, name, isNested);
        }

        document.Dispose();
        errors.Add($"{name} is no model catalog: neither models.dev's api.json nor LiteLLM's model_prices_and_context_window.json.");
        return null;
    }

    /// <summary>Looks a model up.</summary>
    /// <param name="providers">What the catalogs call the provider, in order.</param>
    /// <param name="modelId">The provider's own name for the model; compared as it is.</param>
    /// <param name="errors">Takes what is wrong with its entry.</param>
    /// <returns>null when the catalog does not hold it.</returns>
    public CatalogModel? Find(IEnumerable<string> providers, string modelId, List<string> errors)
    {
        foreach (string provider in providers)
        {
            CatalogModel? model = _isNested ? FindNested(provider, modelId, errors) : FindFlat(provider, modelId, errors);
            if (model is not null)
            {
                return model;
            }
        }

        return null;
    }

    public void Dispose() => _document.Dispose();

    private static bool? FindFormat(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Object || property.NameEquals(SampleKey))
            {
                continue;
            }

            if (property.Value.TryGetProperty(ModelsField, out JsonElement models) && models.ValueKind == JsonValueKind.Object)
            {
                return true;
            }

            if (property.Value.TryGetProperty(ProviderField, out _))
            {
                return false;
            }
        }

        return null;
    }

    private CatalogModel? FindNested(string provider, string modelId, List<string> errors) =>
        _document.RootElement.TryGetProperty(provider, out JsonElement group) && group.ValueKind == JsonValueKind.Object
        && group.TryGetProperty(ModelsField, out JsonElement models) && models.ValueKind == JsonValueKind.Object
        && models.TryGetProperty(modelId, out JsonElement entry) && entry.ValueKind == JsonValueKind.Object
            ? NestedCatalogModel.Read(new CatalogEntry(entry, $"{Name}:{provider}:{modelId}", errors), Name)
            : null;

    // The id alone, or after its provider: 'gpt-x' and 'azure/gpt-x'. Either way the entry must be that provider's.
    private CatalogModel? FindFlat(string provider, string modelId, List<string> errors) =>
        FindFlatKey(modelId, provider, errors) ?? FindFlatKey($"{provider}/{modelId}", provider, errors);

    private CatalogModel? FindFlatKey(string key, string provider, List<string> errors)
    {
        if (key == SampleKey || !_document.RootElement.TryGetProperty(key, out JsonElement entry) || entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty(ProviderField, out JsonElement owner) || owner.ValueKind != JsonValueKind.String || !owner.ValueEquals(provider))
        {
            return null;
        }

        CatalogEntry reader = new(entry, $"{Name}:{key}", errors);
        return reader.Text("mode") is { } mode && !ChatModes.Contains(mode) ? null : FlatCatalogModel.Read(reader, Name);
    }
}
