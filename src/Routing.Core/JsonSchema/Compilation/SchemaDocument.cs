using System.Text.Json;

namespace LlmRouting.JsonSchema;

// One JSON document with the places in it that are schemas, by JSON pointer.
internal sealed class SchemaDocument(JsonElement root)
{
    internal JsonElement Root { get; } = root;

    internal Dictionary<string, SchemaSite> Sites { get; } = new(StringComparer.Ordinal);
}

// A part of a document that has a URI of its own.
internal sealed class SchemaResource(SchemaDocument document, string uri, string pointer, Dialect dialect)
{
    internal SchemaDocument Document { get; } = document;

    internal string Uri { get; } = uri;

    // Where in the document the resource starts.
    internal string Pointer { get; } = pointer;

    internal Dialect Dialect { get; } = dialect;

    internal Dictionary<string, SchemaSite> Anchors { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, SchemaSite> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    // What of the resource lives on in the compiled schema; set when compilation first reaches it.
    internal DynamicScope? Scope { get; set; }
}

// One place that is a schema.
internal sealed class SchemaSite(SchemaResource resource, string pointer, JsonElement element)
{
    internal SchemaResource Resource { get; } = resource;

    internal string Pointer { get; } = pointer;

    internal JsonElement Element { get; } = element;

    internal SchemaNode? Node { get; set; }

    internal string Location => $"{Resource.Uri}#{Pointer[Resource.Pointer.Length..]}";

    internal SchemaException Error(string keyword, string problem) => new($"{Location}/{JsonPointer.Escape(keyword)}", problem);
}
