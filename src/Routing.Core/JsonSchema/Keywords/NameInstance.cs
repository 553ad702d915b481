using System.Buffers;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// propertyNames validates names, which are no elements of the document. Keywords about texts are asked directly; for all else the
// name becomes a document of its own.
internal static class NameInstance
{
    internal static bool Evaluate(SchemaNode schema, ReadOnlySpan<byte> raw, ReadOnlySpan<byte> name, Evaluation evaluation, SchemaNode owner)
    {
        if (schema.TextKeywords is { } keywords && !evaluation.Tracing)
        {
            foreach (TextKeyword keyword in keywords)
            {
                if (!keyword.EvaluateText(name, evaluation))
                {
                    return false;
                }
            }

            return true;
        }

        byte[] text = ArrayPool<byte>.Shared.Rent(raw.Length + 2);
        try
        {
            text[0] = text[raw.Length + 1] = (byte)'"';
            raw.CopyTo(text.AsSpan(1));
            using JsonDocument document = JsonDocument.Parse(text.AsMemory(0, raw.Length + 2));
            if (!evaluation.Tracing)
            {
                return schema.Evaluate(document.RootElement, evaluation, Evaluation.Untracked);
            }

            bool valid = evaluation.Property(schema, document.RootElement, "/propertyNames", name);
            if (!valid)
            {
                evaluation.Report(owner, "propertyNames", "has a property whose name is not allowed.");
            }

            return valid;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
