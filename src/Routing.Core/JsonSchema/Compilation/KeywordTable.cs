using System.Collections.Frozen;
using static LlmRouting.JsonSchema.SchemaDialect;

namespace LlmRouting.JsonSchema;

// What a keyword's value holds: subschemas are found by this and by nothing else, so an "$id" within an enum is no identifier.
internal enum KeywordShape
{
    Value,
    Schema,
    SchemaList,
    SchemaOrList,
    SchemaMap,
}

internal sealed record KeywordInfo(Vocabularies Vocabulary, SchemaDialect First, SchemaDialect Last, KeywordShape Shape, bool Describes);

internal static class KeywordTable
{
    private static readonly FrozenDictionary<string, KeywordInfo> Keywords = Create();

    internal static KeywordInfo? Find(string keyword, Dialect dialect) =>
        Keywords.TryGetValue(keyword, out KeywordInfo? info)
        && (info.Vocabulary & dialect.Vocabularies) != 0 && info.First <= dialect.Draft && dialect.Draft <= info.Last
            ? info
            : null;

    private static FrozenDictionary<string, KeywordInfo> Create()
    {
        var table = new Dictionary<string, KeywordInfo>(StringComparer.Ordinal);
        void Add(Vocabularies vocabulary, SchemaDialect first, SchemaDialect last, KeywordShape shape, params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                bool describes = vocabulary is Vocabularies.MetaData or Vocabularies.Content || name == "format";
                table.Add(name, new KeywordInfo(vocabulary, first, last, shape, describes));
            }
        }

        const Vocabularies Format = Vocabularies.FormatAnnotation | Vocabularies.FormatAssertion;
        Add(Vocabularies.Core, Draft4, Draft202012, KeywordShape.Value, "$schema", "$ref");
        Add(Vocabularies.Core, Draft4, Draft4, KeywordShape.Value, "id");
        Add(Vocabularies.Core, Draft6, Draft202012, KeywordShape.Value, "$id");
        Add(Vocabularies.Core, Draft7, Draft202012, KeywordShape.Value, "$comment");
        Add(Vocabularies.Core, Draft201909, Draft202012, KeywordShape.Value, "$anchor", "$vocabulary");
        Add(Vocabularies.Core, Draft201909, Draft201909, KeywordShape.Value, "$recursiveRef", "$recursiveAnchor");
        Add(Vocabularies.Core, Draft202012, Draft202012, KeywordShape.Value, "$dynamicRef", "$dynamicAnchor");
        Add(Vocabularies.Core, Draft4, Draft202012, KeywordShape.SchemaMap, "definitions");
        Add(Vocabularies.Core, Draft201909, Draft202012, KeywordShape.SchemaMap, "$defs");

        Add(Vocabularies.Applicator, Draft4, Draft202012, KeywordShape.SchemaList, "allOf", "anyOf", "oneOf");
        Add(Vocabularies.Applicator, Draft4, Draft202012, KeywordShape.Schema, "not", "additionalProperties");
        Add(Vocabularies.Applicator, Draft4, Draft201909, KeywordShape.Schema, "additionalItems");
        Add(Vocabularies.Applicator, Draft6, Draft202012, KeywordShape.Schema, "contains", "propertyNames");
        Add(Vocabularies.Applicator, Draft7, Draft202012, KeywordShape.Schema, "if", "then", "else");
        Add(Vocabularies.Applicator, Draft4, Draft202012, KeywordShape.SchemaMap, "properties", "patternProperties", "dependencies");
        Add(Vocabularies.Applicator, Draft201909, Draft202012, KeywordShape.SchemaMap, "dependentSchemas");
        Add(Vocabularies.Applicator, Draft202012, Draft202012, KeywordShape.SchemaList, "prefixItems");
        Add(Vocabularies.Applicator, Draft4, Draft202012, KeywordShape.SchemaOrList, "items");
        Add(Vocabularies.Unevaluated, Draft201909, Draft202012, KeywordShape.Schema, "unevaluatedItems", "unevaluatedProperties");

        Add(Vocabularies.Validation, Draft4, Draft202012, KeywordShape.Value, "type", "enum", "multipleOf", "maximum", "exclusiveMaximum",
            "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties",
            "minProperties", "required");
        Add(Vocabularies.Validation, Draft6, Draft202012, KeywordShape.Value, "const");
        Add(Vocabularies.Validation, Draft201909, Draft202012, KeywordShape.Value, "minContains", "maxContains", "dependentRequired");

        Add(Vocabularies.MetaData, Draft4, Draft202012, KeywordShape.Value, "title", "description", "default");
        Add(Vocabularies.MetaData, Draft6, Draft202012, KeywordShape.Value, "examples");
        Add(Vocabularies.MetaData, Draft7, Draft202012, KeywordShape.Value, "readOnly", "writeOnly");
        Add(Vocabularies.MetaData, Draft201909, Draft202012, KeywordShape.Value, "deprecated");
        Add(Format, Draft4, Draft202012, KeywordShape.Value, "format");
        Add(Vocabularies.Content, Draft7, Draft202012, KeywordShape.Value, "contentEncoding", "contentMediaType");
        Add(Vocabularies.Content, Draft201909, Draft202012, KeywordShape.Schema, "contentSchema");
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
