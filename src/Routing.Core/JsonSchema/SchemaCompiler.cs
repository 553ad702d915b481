using System.Text;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

/// <summary>Compiles JSON Schemas of drafts 4, 6, 7, 2019-09 and 2020-12, once, for many validations.</summary>
/// <remarks>Safe for concurrent use. Compilation reads the schema, the registry of its options and nothing else: no network, no files.</remarks>
public sealed class SchemaCompiler
{
    private readonly SchemaSettings _options;

    /// <summary>Creates a compiler.</summary>
    /// <param name="options">Copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public SchemaCompiler(SchemaSettings? options = null) => _options = (options ?? new SchemaSettings()).Snapshot();

    /// <summary>Compiles a schema.</summary>
    /// <param name="schema">The schema; what is needed of it is copied.</param>
    /// <param name="baseUri">The URI that relative references start from when the schema has no <c>$id</c>; null means none.</param>
    /// <returns>The schema, ready to validate.</returns>
    /// <exception cref="SchemaException">The schema breaks its draft's rules, leads nowhere or exceeds a bound of the options.</exception>
    public CompiledSchema Compile(JsonElement schema, Uri? baseUri = null)
    {
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The schema is an undefined element; parse a document first.", nameof(schema));
        }

        return new NodeCompiler(_options).Compile(schema.Clone(), baseUri?.OriginalString ?? "");
    }

    /// <summary>Compiles a schema from its text.</summary>
    /// <param name="utf8Json">The schema's text in UTF-8.</param>
    /// <param name="baseUri">The URI that relative references start from when the schema has no <c>$id</c>; null means none.</param>
    /// <returns>The schema, ready to validate.</returns>
    /// <exception cref="SchemaException">The text is not JSON, or the schema cannot be used.</exception>
    public CompiledSchema Compile(ReadOnlyMemory<byte> utf8Json, Uri? baseUri = null)
    {
        if (utf8Json.Length > _options.MaxSchemaBytes)
        {
            throw new SchemaException("#", $"it has {utf8Json.Length} bytes; SchemaSettings.MaxSchemaBytes allows {_options.MaxSchemaBytes}.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = _options.MaxSchemaDepth });
            return Compile(document.RootElement, baseUri);
        }
        catch (JsonException malformed)
        {
            throw new SchemaException(
                "#", $"it is not well-formed JSON, or nests deeper than {_options.MaxSchemaDepth} (SchemaSettings.MaxSchemaDepth).", malformed);
        }
    }

    /// <summary>Compiles a schema from its text.</summary>
    /// <param name="json">The schema's text.</param>
    /// <param name="baseUri">The URI that relative references start from when the schema has no <c>$id</c>; null means none.</param>
    /// <returns>The schema, ready to validate.</returns>
    /// <exception cref="SchemaException">The text is not JSON, or the schema cannot be used.</exception>
    public CompiledSchema Compile(string json, Uri? baseUri = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Compile(Encoding.UTF8.GetBytes(json).AsMemory(), baseUri);
    }
}
