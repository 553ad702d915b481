using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal sealed class ReferenceKeyword(string name, SchemaNode target) : Keyword(name, Anything)
{
    private readonly string _path = "/" + name;

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track) =>
        evaluation.InPlace(target, instance, track, _path);
}

// $dynamicRef to a dynamic anchor, and $recursiveRef to a recursive one: the outermost resource entered so far that has it decides.
internal sealed class DynamicReferenceKeyword(string name, SchemaNode initial, string anchor) : Keyword(name, Anything)
{
    private readonly string _path = "/" + name;

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track) =>
        evaluation.InPlace(evaluation.FindDynamic(anchor) ?? initial, instance, track, _path);
}
