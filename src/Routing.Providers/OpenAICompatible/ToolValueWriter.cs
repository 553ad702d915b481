using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Writes the arguments and the results of tool calls. Through type information only, so that it works when trimmed.</summary>
internal static class ToolValueWriter
{
    // What went wrong inside a tool is the host's business, not the model's or its provider's.
    private const string FailedText = "Error: the function failed.";

    // The model reads this text: escapes for the sake of HTML would cost it tokens and sense.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static BinaryData WriteArguments(FunctionCallContent call)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Readable))
        {
            writer.WriteStartObject();
            foreach (KeyValuePair<string, object?> argument in call.Arguments ?? new Dictionary<string, object?>())
            {
                writer.WritePropertyName(argument.Key);
                Write(writer, argument.Value, call.Name);
            }

            writer.WriteEndObject();
        }

        return BinaryData.FromBytes(buffer.WrittenMemory);
    }

    public static string WriteResult(FunctionResultContent result) => result switch
    {
        { Exception: not null } => FailedText,
        { Result: null } => "null",
        { Result: string text } => text,
        { Result: JsonElement { ValueKind: JsonValueKind.String } text } => text.GetString() ?? "",
        { Result: TextContent text } => text.Text,
        { Result: IEnumerable<AIContent> contents } when contents.All(static content => content is TextContent) =>
            string.Concat(contents.Select(static content => ((TextContent)content).Text)),
        _ => WriteJson(result.Result, result.CallId),
    };

    private static string WriteJson(object value, string callId)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Readable))
        {
            Write(writer, value, callId);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, object? value, string owner)
    {
        if (value is JsonElement element)
        {
            element.WriteTo(writer);
            return;
        }

        try
        {
            JsonTypeInfo typeInfo = AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(object));
            JsonSerializer.Serialize(writer, value, typeInfo);
        }
        catch (NotSupportedException e)
        {
            throw new ProviderException(
                FailureKind.InvalidRequest, $"A value of type '{value?.GetType().Name}' of the tool call '{owner}' cannot be written as JSON.", e);
        }
    }
}
