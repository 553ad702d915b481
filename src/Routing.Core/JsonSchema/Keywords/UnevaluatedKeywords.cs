using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal sealed class UnevaluatedPropertiesKeyword(SchemaNode schema) : Keyword("unevaluatedProperties", Objects)
{
    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        bool valid = true;
        int index = 0;
        foreach (JsonProperty property in instance.EnumerateObject())
        {
            if (!evaluation.HasBit(track, index++) && !Fits(property, evaluation))
            {
                valid = false;
                if (!evaluation.Tracing)
                {
                    return false;
                }
            }
        }

        evaluation.SetAllBits(track);
        return valid;
    }

    private bool Fits(in JsonProperty property, Evaluation evaluation)
    {
        if (!evaluation.Tracing)
        {
            return schema.Evaluate(property.Value, evaluation, Evaluation.Untracked);
        }

        using var name = new Utf8Text(JsonMarshal.GetRawUtf8PropertyName(property), stackalloc byte[Utf8Text.StackBytes]);
        return evaluation.Property(schema, property.Value, "/unevaluatedProperties", name.Span);
    }
}

internal sealed class UnevaluatedItemsKeyword(SchemaNode schema) : Keyword("unevaluatedItems", Arrays)
{
    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        bool valid = true;
        int index = 0;
        foreach (JsonElement item in instance.EnumerateArray())
        {
            if (!evaluation.HasBit(track, index) && !evaluation.Item(schema, item, "/unevaluatedItems", index))
            {
                valid = false;
                if (!evaluation.Tracing)
                {
                    return false;
                }
            }

            index++;
        }

        evaluation.SetAllBits(track);
        return valid;
    }
}
