namespace LlmRouting.JsonSchema;

// The dynamic anchors of one resource: what $dynamicRef and $recursiveRef look for in the resources entered so far.
internal sealed class DynamicScope
{
    internal Dictionary<string, SchemaNode> Anchors { get; } = new(StringComparer.Ordinal);
}
