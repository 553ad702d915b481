using System.Globalization;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// prefixItems and items (until 2019-09: items as an array, and additionalItems), minItems and maxItems.
internal sealed class ArrayRules(
    SchemaNode owner, SchemaNode[] prefix, string prefixKeyword, SchemaNode? items, string itemsKeyword, long least, long most)
    : Keyword("items", Arrays)
{
    private readonly string[] _prefixPaths =
        [.. prefix.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"/{prefixKeyword}/{index}"))];

    private readonly string _itemsPath = "/" + itemsKeyword;

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        bool valid = CountFits(instance.GetArrayLength(), evaluation);
        if ((!valid && !evaluation.Tracing) || (prefix.Length == 0 && items is null))
        {
            return valid;
        }

        int index = 0;
        foreach (JsonElement item in instance.EnumerateArray())
        {
            bool fits = index < prefix.Length ? evaluation.Item(prefix[index], item, _prefixPaths[index], index)
                : items is null || evaluation.Item(items, item, _itemsPath, index);
            if (!fits)
            {
                valid = false;
                if (!evaluation.Tracing)
                {
                    return false;
                }
            }

            if (track >= 0 && (index < prefix.Length || items is not null))
            {
                evaluation.SetBit(track, index);
            }

            index++;
        }

        return valid;
    }

    private bool CountFits(int count, Evaluation evaluation)
    {
        if (count < least && evaluation.Tracing)
        {
            evaluation.Report(owner, "minItems", $"must have at least {least} items.");
        }

        if (count > most && evaluation.Tracing)
        {
            evaluation.Report(owner, "maxItems", $"must have at most {most} items.");
        }

        return count >= least && count <= most;
    }
}

internal sealed class ContainsKeyword(SchemaNode schema, long least, long most, bool marksEvaluated) : Keyword("contains", Arrays)
{
    internal override string Message => (least, most) switch
    {
        (1, long.MaxValue) => "must contain an item that fits the schema of contains.",
        (_, long.MaxValue) => $"must contain at least {least} items that fit the schema of contains.",
        _ => $"must contain {least} to {most} items that fit the schema of contains.",
    };

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        bool all = (marksEvaluated && track >= 0) || evaluation.Tracing || most < long.MaxValue;
        long count = 0;
        int index = 0;
        (int, int, bool) mark = evaluation.Mark();
        foreach (JsonElement item in instance.EnumerateArray())
        {
            if (evaluation.Item(schema, item, "/contains", index))
            {
                count++;
                if (marksEvaluated && track >= 0)
                {
                    evaluation.SetBit(track, index);
                }

                if (!all && count >= least)
                {
                    return true;
                }
            }

            index++;
        }

        evaluation.RewindErrors(mark);
        return count >= least && count <= most;
    }
}
