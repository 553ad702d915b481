namespace LlmRouting.JsonSchema;

/// <summary>Names the published drafts of JSON Schema that the compiler reads, oldest first.</summary>
public enum SchemaDialect
{
    /// <summary>Is draft-04: <c>id</c>, <c>definitions</c>, boolean <c>exclusiveMinimum</c>, no boolean schemas.</summary>
    Draft4,

    /// <summary>Is draft-06, which added <c>$id</c>, <c>const</c>, <c>contains</c>, <c>propertyNames</c> and boolean schemas.</summary>
    Draft6,

    /// <summary>Is draft-07, which added <c>if</c>, <c>then</c>, <c>else</c> and the content keywords.</summary>
    Draft7,

    /// <summary>Is draft 2019-09, which added vocabularies, <c>$recursiveRef</c>, <c>$anchor</c> and the unevaluated keywords.</summary>
    Draft201909,

    /// <summary>Is draft 2020-12, which added <c>$dynamicRef</c> and <c>prefixItems</c>.</summary>
    Draft202012,
}
