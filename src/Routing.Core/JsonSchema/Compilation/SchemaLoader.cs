using System.Globalization;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// Finds the schemas, resources and anchors within documents, and resolves references to them.
internal sealed class SchemaLoader(SchemaSettings options)
{
    // The name under which a 2019-09 "$recursiveAnchor": true stands among the dynamic anchors; no anchor can be called so.
    internal const string RecursiveAnchor = "";

    // Every subschema's pointer is kept, so one endless name above a hundred thousand subschemas would fill the memory.
    private const long MaxPointerCharacters = 32 * 1024 * 1024;

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dialect> _dialects = new(StringComparer.Ordinal);
    private Dialect _defaultDialect = Dialect.Of(options.DefaultDialect);
    private int _sites;
    private long _pointerCharacters;

    // The first document loaded decides the dialect of those that name none.
    internal SchemaSite LoadRoot(JsonElement root, string uri)
    {
        _defaultDialect = DialectOf(root, uri) ?? _defaultDialect;
        return Load(root, uri);
    }

    internal SchemaSite Resolve(SchemaSite from, string keyword, string reference)
    {
        (string relative, string fragment) = UriReference.SplitFragment(reference);
        string uri = UriReference.Resolve(from.Resource.Uri, relative);
        SchemaResource resource = relative.Length == 0 ? from.Resource : Find(uri)
            ?? throw from.Error(keyword, $"its reference leads to '{uri}', which is neither in the schema nor in SchemaSettings.Registry; add it there.");
        if (fragment.Length == 0)
        {
            return SiteAt(resource, resource.Pointer) ?? throw from.Error(keyword, "its reference leads nowhere.");
        }

        string decoded = Uri.UnescapeDataString(fragment);
        SchemaSite? site = decoded[0] == '/'
            ? SiteAt(resource, resource.Pointer + decoded)
            : resource.Anchors.GetValueOrDefault(decoded);
        return site ?? throw from.Error(keyword, $"its reference '{reference}' leads to nothing in '{resource.Uri}'; correct it.");
    }

    // A place that is no schema by its keywords (an unknown keyword's value, say) becomes one when a reference leads to it.
    internal SchemaSite? SiteAt(SchemaResource resource, string pointer)
    {
        SchemaDocument document = resource.Document;
        if (document.Sites.TryGetValue(pointer, out SchemaSite? known))
        {
            return known;
        }

        JsonElement element = document.Root;
        SchemaResource owner = resource;
        int at = 0;
        while (at < pointer.Length)
        {
            int next = pointer.IndexOf('/', at + 1);
            next = next < 0 ? pointer.Length : next;
            string token = JsonPointer.Unescape(pointer[(at + 1)..next]);
            if (!TryStep(element, token, out element))
            {
                return null;
            }

            at = next;
            owner = document.Sites.TryGetValue(pointer[..at], out SchemaSite? passed) ? passed.Resource : owner;
        }

        Index(document, pointer, element, owner, depth: 0);
        return document.Sites[pointer];
    }

    private static bool TryStep(JsonElement element, string token, out JsonElement child)
    {
        child = default;
        return element.ValueKind switch
        {
            JsonValueKind.Object => element.TryGetProperty(token, out child),
            JsonValueKind.Array when int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < element.GetArrayLength() =>
                (child = element[index]).ValueKind != JsonValueKind.Undefined,
            _ => false,
        };
    }

    private SchemaResource? Find(string uri)
    {
        if (_resources.TryGetValue(uri, out SchemaResource? resource))
        {
            return resource;
        }

        if (Document(uri) is { } document)
        {
            Load(document, uri);
            return _resources[uri];
        }

        // A document may be known by its own $id, or hold the resource deeper down: read what the host registered.
        foreach ((string key, JsonElement registered) in options.Registry?.Documents ?? [])
        {
            if (!_resources.ContainsKey(key))
            {
                Load(registered, key);
            }
        }

        return _resources.GetValueOrDefault(uri);
    }

    private JsonElement? Document(string uri)
    {
        if (options.Registry is not null && options.Registry.TryGet(uri, out JsonElement registered))
        {
            return registered;
        }

        if (BuiltInMetaschemas.Find(uri) is not { } text)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private SchemaSite Load(JsonElement root, string uri)
    {
        (uri, _) = UriReference.SplitFragment(uri);
        var document = new SchemaDocument(root);
        var resource = new SchemaResource(document, uri, "", DialectOf(root, uri) ?? _defaultDialect);
        _resources.TryAdd(uri, resource);
        Index(document, "", root, resource, depth: 0);
        return document.Sites[""];
    }

    private Dialect? DialectOf(JsonElement schema, string location)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$schema", out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new SchemaException($"{location}#/$schema", "it must be the URI of a metaschema.");
        }

        // The null-forgiving: a JSON string is never null.
        string uri = UriReference.WithoutEmptyFragment(value.GetString()!);
        if (_dialects.TryGetValue(uri, out Dialect? known))
        {
            return known;
        }

        if (Dialect.DraftOf(uri) is { } draft)
        {
            return Dialect.Of(draft);
        }

        if (Document(uri) is not { } metaschema)
        {
            throw new SchemaException(
                $"{location}#/$schema", $"its metaschema '{uri}' is not one of the published drafts; add it to SchemaSettings.Registry.");
        }

        // Set before the metaschema's own $schema is read: one that names itself is read by the default draft.
        _dialects[uri] = Dialect.Of(options.DefaultDialect);
        Dialect parent = DialectOf(metaschema, uri) ?? Dialect.Of(options.DefaultDialect);
        return _dialects[uri] = WithVocabularies(parent, metaschema, uri);
    }

    private static Dialect WithVocabularies(Dialect parent, JsonElement metaschema, string uri)
    {
        if (parent.Draft < SchemaDialect.Draft201909 || !metaschema.TryGetProperty("$vocabulary", out JsonElement declared) || declared.ValueKind != JsonValueKind.Object)
        {
            return parent;
        }

        Vocabularies vocabularies = Vocabularies.Core;
        foreach (JsonProperty entry in declared.EnumerateObject())
        {
            bool required = entry.Value.ValueKind == JsonValueKind.True;
            Vocabularies? vocabulary = Dialect.VocabularyOf(entry.Name, required);
            if (vocabulary is null && required)
            {
                throw new SchemaException(
                    $"{uri}#/$vocabulary", $"the vocabulary '{entry.Name}' is required and not known; make it optional (false) or leave it out.");
            }

            vocabularies |= vocabulary ?? Vocabularies.None;
        }

        return new Dialect(parent.Draft, vocabularies);
    }

    private void Index(SchemaDocument document, string pointer, JsonElement element, SchemaResource resource, int depth)
    {
        if (depth > options.MaxSchemaDepth)
        {
            throw new SchemaException($"{resource.Uri}#", $"it nests deeper than {options.MaxSchemaDepth} (SchemaSettings.MaxSchemaDepth).");
        }

        if (++_sites > options.MaxSchemaNodes)
        {
            throw new SchemaException($"{resource.Uri}#", $"it has more than {options.MaxSchemaNodes} subschemas (SchemaSettings.MaxSchemaNodes).");
        }

        if ((_pointerCharacters += pointer.Length) > MaxPointerCharacters)
        {
            throw new SchemaException($"{resource.Uri}#", "the names above its subschemas are too long; shorten them.");
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            document.Sites[pointer] = new SchemaSite(resource, pointer, element);
            return;
        }

        bool hidden = HasOverridingRef(element, resource.Dialect);
        if (!hidden || pointer.Length == 0)
        {
            resource = Identify(document, pointer, element, resource);
            hidden = HasOverridingRef(element, resource.Dialect);
        }

        var site = new SchemaSite(resource, pointer, element);
        document.Sites[pointer] = site;
        if (!hidden)
        {
            AddAnchors(site);
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (KeywordTable.Find(property.Name, resource.Dialect) is not { Shape: not KeywordShape.Value } info || (hidden && property.Name != "definitions"))
            {
                continue;
            }

            IndexChildren(document, $"{pointer}/{JsonPointer.Escape(property.Name)}", property.Value, info.Shape, resource, depth + 1);
        }
    }

    private void IndexChildren(SchemaDocument document, string pointer, JsonElement value, KeywordShape shape, SchemaResource resource, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array when shape is KeywordShape.SchemaList or KeywordShape.SchemaOrList:
                int index = 0;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Index(document, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}"), item, resource, depth + 1);
                }

                break;
            case JsonValueKind.Object when shape is KeywordShape.SchemaMap:
                foreach (JsonProperty entry in value.EnumerateObject())
                {
                    if (entry.Value.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False)
                    {
                        Index(document, $"{pointer}/{JsonPointer.Escape(entry.Name)}", entry.Value, resource, depth + 1);
                    }
                }

                break;
            case JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False when shape is KeywordShape.Schema or KeywordShape.SchemaOrList:
                Index(document, pointer, value, resource, depth);
                break;
        }
    }

    // Until draft-07, the siblings of $ref are ignored, its $id among them.
    private static bool HasOverridingRef(JsonElement element, Dialect dialect) =>
        dialect.IgnoresSiblingsOfRef && element.TryGetProperty("$ref", out JsonElement reference) && reference.ValueKind == JsonValueKind.String;

    private SchemaResource Identify(SchemaDocument document, string pointer, JsonElement element, SchemaResource resource)
    {
        // An embedded resource may name its own draft, and that decides which keyword is its id.
        Dialect dialect = pointer.Length == 0 ? resource.Dialect
            : (element.TryGetProperty("$id", out _) || element.TryGetProperty("id", out _) ? DialectOf(element, resource.Uri) : null) ?? resource.Dialect;
        if (!element.TryGetProperty(dialect.IdKeyword, out JsonElement id) || id.ValueKind != JsonValueKind.String)
        {
            return resource;
        }

        // The null-forgiving: a JSON string is never null.
        (string relative, string fragment) = UriReference.SplitFragment(id.GetString()!);
        if (fragment.Length > 0 && !dialect.IgnoresSiblingsOfRef)
        {
            throw new SchemaException($"{resource.Uri}#{pointer}/$id", "it has a fragment; name the schema with $anchor instead.");
        }

        if (relative.Length == 0)
        {
            return resource;
        }

        var identified = new SchemaResource(document, UriReference.Resolve(resource.Uri, relative), pointer, dialect);
        if (!_resources.TryAdd(identified.Uri, identified) && pointer.Length == 0)
        {
            // The document was found by another URI than its own.
            _resources[identified.Uri] = identified;
        }

        if (pointer.Length == 0)
        {
            _resources[resource.Uri] = identified;
        }

        return identified;
    }

    private static void AddAnchors(SchemaSite site)
    {
        SchemaResource resource = site.Resource;
        void Add(string keyword, Dictionary<string, SchemaSite> anchors)
        {
            if (KeywordTable.Find(keyword, resource.Dialect) is not null && site.Element.TryGetProperty(keyword, out JsonElement name) && name.ValueKind == JsonValueKind.String)
            {
                // The null-forgiving: a JSON string is never null.
                anchors[name.GetString()!] = site;
            }
        }

        Add("$anchor", resource.Anchors);
        Add("$dynamicAnchor", resource.Anchors);
        Add("$dynamicAnchor", resource.DynamicAnchors);
        if (resource.Dialect.Draft == SchemaDialect.Draft201909 && site.Pointer == resource.Pointer
            && site.Element.TryGetProperty("$recursiveAnchor", out JsonElement recursive) && recursive.ValueKind == JsonValueKind.True)
        {
            resource.DynamicAnchors[RecursiveAnchor] = site;
        }

        // Until draft-07, a fragment in the id was what $anchor is now.
        if (resource.Dialect.IgnoresSiblingsOfRef && site.Element.TryGetProperty(resource.Dialect.IdKeyword, out JsonElement id) && id.ValueKind == JsonValueKind.String
            && UriReference.SplitFragment(id.GetString()!) is { Fragment.Length: > 0 } split && split.Fragment[0] != '/')
        {
            resource.Anchors[split.Fragment] = site;
        }
    }
}
