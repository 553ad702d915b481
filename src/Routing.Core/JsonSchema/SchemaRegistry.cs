using System.Collections.Concurrent;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

/// <summary>Holds the documents that a schema's references may lead to, by URI; the host fills it, nothing is ever fetched.</summary>
/// <remarks>Safe for concurrent use. A compiled schema keeps what it needed; changes after its compilation do not reach it. The published
/// metaschemas are always known and need not be added.</remarks>
public sealed class SchemaRegistry
{
    private readonly ConcurrentDictionary<string, JsonElement> _documents = new(StringComparer.Ordinal);

    /// <summary>Gets how many documents the registry holds.</summary>
    public int Count => _documents.Count;

    internal IEnumerable<KeyValuePair<string, JsonElement>> Documents => _documents;

    /// <summary>Adds a document, or replaces the one that has the same URI.</summary>
    /// <param name="uri">The absolute URI under which references find the document; an empty fragment is left off.</param>
    /// <param name="schema">The document; copied.</param>
    /// <exception cref="ArgumentException">The URI is not absolute or has a fragment, or the element is undefined.</exception>
    public void Add(Uri uri, JsonElement schema)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The schema is an undefined element; parse a document first.", nameof(schema));
        }

        string key = UriReference.WithoutEmptyFragment(uri.OriginalString);
        if (!uri.IsAbsoluteUri || key.Contains('#', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{uri.OriginalString}' is not an absolute URI without a fragment; documents are found by such URIs only.", nameof(uri));
        }

        _documents[key] = schema.Clone();
    }

    /// <summary>Adds a document from its text, or replaces the one that has the same URI.</summary>
    /// <param name="uri">The absolute URI under which references find the document; an empty fragment is left off.</param>
    /// <param name="utf8Json">The document's text in UTF-8.</param>
    /// <exception cref="ArgumentException">The URI is not absolute or has a fragment.</exception>
    /// <exception cref="SchemaException">The text is not JSON.</exception>
    public void Add(Uri uri, ReadOnlyMemory<byte> utf8Json)
    {
        ArgumentNullException.ThrowIfNull(uri);
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = 1024 });
            Add(uri, document.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new SchemaException(uri.OriginalString, "it is not well-formed JSON.", malformed);
        }
    }

    internal bool TryGet(string uri, out JsonElement schema) => _documents.TryGetValue(uri, out schema);
}
