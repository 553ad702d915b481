namespace LlmRouting.JsonSchema;

[Flags]
internal enum Vocabularies
{
    None = 0,
    Core = 1,
    Applicator = 2,
    Unevaluated = 4,
    Validation = 8,
    MetaData = 16,
    FormatAnnotation = 32,
    FormatAssertion = 64,
    Content = 128,
    Standard = Core | Applicator | Unevaluated | Validation | MetaData | FormatAnnotation | Content,
}

// Which keywords a schema knows, and how it reads them: a draft and the vocabularies of its metaschema.
internal sealed record Dialect(SchemaDialect Draft, Vocabularies Vocabularies)
{
    internal bool IgnoresSiblingsOfRef => Draft <= SchemaDialect.Draft7;

    internal string IdKeyword => Draft == SchemaDialect.Draft4 ? "id" : "$id";

    internal static Dialect Of(SchemaDialect draft) => new(draft, Vocabularies.Standard);

    internal static SchemaDialect? DraftOf(string metaschema) => metaschema switch
    {
        "http://json-schema.org/draft-04/schema" or "https://json-schema.org/draft-04/schema" => SchemaDialect.Draft4,
        "http://json-schema.org/draft-06/schema" or "https://json-schema.org/draft-06/schema" => SchemaDialect.Draft6,
        "http://json-schema.org/draft-07/schema" or "https://json-schema.org/draft-07/schema" => SchemaDialect.Draft7,
        "https://json-schema.org/draft/2019-09/schema" => SchemaDialect.Draft201909,
        "https://json-schema.org/draft/2020-12/schema" => SchemaDialect.Draft202012,
        _ => null,
    };

    // null is a vocabulary that this library does not know.
    internal static Vocabularies? VocabularyOf(string uri, bool required) => uri switch
    {
        "https://json-schema.org/draft/2020-12/vocab/core" or "https://json-schema.org/draft/2019-09/vocab/core" => Vocabularies.Core,
        "https://json-schema.org/draft/2020-12/vocab/applicator" => Vocabularies.Applicator,
        "https://json-schema.org/draft/2019-09/vocab/applicator" => Vocabularies.Applicator | Vocabularies.Unevaluated,
        "https://json-schema.org/draft/2020-12/vocab/unevaluated" => Vocabularies.Unevaluated,
        "https://json-schema.org/draft/2020-12/vocab/validation" or "https://json-schema.org/draft/2019-09/vocab/validation" => Vocabularies.Validation,
        "https://json-schema.org/draft/2020-12/vocab/meta-data" or "https://json-schema.org/draft/2019-09/vocab/meta-data" => Vocabularies.MetaData,
        "https://json-schema.org/draft/2020-12/vocab/format-annotation" => Vocabularies.FormatAnnotation,
        "https://json-schema.org/draft/2020-12/vocab/format-assertion" => Vocabularies.FormatAssertion,
        // 2019-09, validation, section 7.2: required means that implementations must assert, optional that they may.
        "https://json-schema.org/draft/2019-09/vocab/format" => required ? Vocabularies.FormatAssertion : Vocabularies.FormatAnnotation,
        "https://json-schema.org/draft/2020-12/vocab/content" or "https://json-schema.org/draft/2019-09/vocab/content" => Vocabularies.Content,
        _ => null,
    };
}
