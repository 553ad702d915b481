using System.Text.Json;

namespace LlmRouting.JsonSchema;

// One keyword of a subschema, or several that are best answered together. Immutable.
internal abstract class Keyword(string name, int kinds)
{
    internal const int Objects = 1 << (int)JsonValueKind.Object;
    internal const int Arrays = 1 << (int)JsonValueKind.Array;
    internal const int Strings = 1 << (int)JsonValueKind.String;
    internal const int Numbers = 1 << (int)JsonValueKind.Number;
    internal const int Anything = SchemaNode.AnyType;

    internal string Name { get; } = name;

    // The kinds of value that it has a say about, one bit per JsonValueKind.
    internal int Kinds { get; } = kinds;

    // What a failure means; null when the keyword reports by itself or its subschemas do.
    internal virtual string? Message => null;

    internal abstract bool Evaluate(in JsonElement instance, Evaluation evaluation, int track);
}
