using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmRouting.JsonSchema;

// contentEncoding, contentMediaType and contentSchema, when the host asks that they be checked. Known are base64 and JSON; the
// specification leaves everything else to the application.
internal sealed class ContentKeyword(bool base64, bool json, SchemaNode? schema) : TextKeyword(base64 ? "contentEncoding" : "contentMediaType")
{
    internal override string Message => (base64, json) switch
    {
        (true, true) => "must be base64 of a JSON text" + Fitting,
        (true, false) => "must be base64.",
        _ => "must be a JSON text" + Fitting,
    };

    private string Fitting => schema is null ? "." : " that fits the schema of contentSchema.";

    internal override bool EvaluateText(ReadOnlySpan<byte> text, Evaluation evaluation)
    {
        evaluation.ChargeText(text);
        byte[] content = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            int length = text.Length;
            if (!base64)
            {
                text.CopyTo(content);
            }
            else if (Base64.DecodeFromUtf8(text, content, out _, out length) != OperationStatus.Done)
            {
                return false;
            }

            return !json || IsJson(content.AsMemory(0, length), evaluation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    private bool IsJson(ReadOnlyMemory<byte> content, Evaluation evaluation)
    {
        if (!Utf8.IsValid(content.Span))
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = evaluation.MaxDepth });
            return schema is null || evaluation.InPlace(schema, document.RootElement, Evaluation.Untracked, "/contentSchema");
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
