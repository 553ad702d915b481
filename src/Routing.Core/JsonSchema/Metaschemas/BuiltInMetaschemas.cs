namespace LlmRouting.JsonSchema;

// The metaschemas that need no registry. Constants rather than resource files: no stream, no name to look up, nothing to trim.
internal static class BuiltInMetaschemas
{
    internal static string? Find(string uri) => uri switch
    {
        "http://json-schema.org/draft-04/schema" => Draft04Metaschema.Schema,
        "http://json-schema.org/draft-06/schema" => Draft06Metaschema.Schema,
        "http://json-schema.org/draft-07/schema" => Draft07Metaschema.Schema,
        "https://json-schema.org/draft/2019-09/schema" => Draft201909Metaschema.Schema,
        "https://json-schema.org/draft/2019-09/meta/core" => Draft201909Metaschema.Core,
        "https://json-schema.org/draft/2019-09/meta/applicator" => Draft201909Metaschema.Applicator,
        "https://json-schema.org/draft/2019-09/meta/validation" => Draft201909Metaschema.Validation,
        "https://json-schema.org/draft/2019-09/meta/meta-data" => Draft201909Metaschema.MetaData,
        "https://json-schema.org/draft/2019-09/meta/format" => Draft201909Metaschema.Format,
        "https://json-schema.org/draft/2019-09/meta/content" => Draft201909Metaschema.Content,
        "https://json-schema.org/draft/2020-12/schema" => Draft202012Metaschema.Schema,
        "https://json-schema.org/draft/2020-12/meta/core" => Draft202012Metaschema.Core,
        "https://json-schema.org/draft/2020-12/meta/applicator" => Draft202012Metaschema.Applicator,
        "https://json-schema.org/draft/2020-12/meta/unevaluated" => Draft202012Metaschema.Unevaluated,
        "https://json-schema.org/draft/2020-12/meta/validation" => Draft202012Metaschema.Validation,
        "https://json-schema.org/draft/2020-12/meta/meta-data" => Draft202012Metaschema.MetaData,
        "https://json-schema.org/draft/2020-12/meta/format-annotation" => Draft202012Metaschema.FormatAnnotation,
        "https://json-schema.org/draft/2020-12/meta/content" => Draft202012Metaschema.Content,
        "https://json-schema.org/draft/2020-12/meta/format-assertion" => Draft202012Metaschema.FormatAssertion,
        _ => null,
    };
}
