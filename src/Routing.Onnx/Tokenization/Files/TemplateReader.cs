using System.Collections.Immutable;
using System.Text.Json;

namespace LlmRouting.Onnx.Tokenization.Files;

/// <summary>Reads the section <c>post_processor</c>, as far as a single text needs it.</summary>
internal static class TemplateReader
{
    private const string Known = "BertProcessing, RobertaProcessing, TemplateProcessing, ByteLevel, Sequence";

    internal static SpecialTokenTemplate Read(JsonPart part) => part.IsNull ? SpecialTokenTemplate.None : part.Text("type") switch
    {
        "BertProcessing" or "RobertaProcessing" => new() { Prefix = [Pair(part["cls"])], Suffix = [Pair(part["sep"])] },
        "TemplateProcessing" => Template(part),

        // It moves offsets, which nobody here asks for.
        "ByteLevel" => SpecialTokenTemplate.None,
        "Sequence" => part["processors"].Items().Select(Read).Aggregate(SpecialTokenTemplate.None, Around),
        string kind => throw part.Unknown(kind, Known),
    };

    private static SpecialTokenTemplate Around(SpecialTokenTemplate inner, SpecialTokenTemplate outer) => outer.Count == 0 ? inner : new()
    {
        Prefix = outer.Prefix.AddRange(inner.Prefix),
        Suffix = inner.Suffix.AddRange(outer.Suffix),
        TextTypeId = outer.TextTypeId,
    };

    private static SpecialToken Pair(JsonPart part) =>
        part.Element.ValueKind == JsonValueKind.Array && part.Element.GetArrayLength() == 2 && part.Element[1].TryGetInt32(out int id)
            ? new SpecialToken(id)
            : throw part.Error("must be a pair of token and id");

    private static SpecialTokenTemplate Template(JsonPart part)
    {
        ImmutableArray<SpecialToken>.Builder before = ImmutableArray.CreateBuilder<SpecialToken>();
        ImmutableArray<SpecialToken>.Builder after = ImmutableArray.CreateBuilder<SpecialToken>();
        int? type = null;
        foreach (JsonPart item in part["single"].Items())
        {
            if (item["SpecialToken"] is { IsNull: false } special)
            {
                string name = special.Text("id");
                int typeId = special.NumberOrNull("type_id") ?? 0;
                foreach (JsonPart id in part["special_tokens"][name]["ids"].Items())
                {
                    (type is null ? before : after).Add(new SpecialToken(id.Element.GetInt32(), typeId));
                }

                if (part["special_tokens"][name].IsNull)
                {
                    throw special.Error($"names '{name}', which '{part.Path}.special_tokens' does not hold");
                }
            }
            else if (item["Sequence"] is { IsNull: false } sequence && type is null)
            {
                type = sequence.NumberOrNull("type_id") ?? 0;
            }
            else
            {
                throw item.Error("must be a SpecialToken, or the only Sequence");
            }
        }

        return type is null
            ? throw part["single"].Error("must hold the Sequence A")
            : new() { Prefix = before.ToImmutable(), Suffix = after.ToImmutable(), TextTypeId = type.Value };
    }
}
