using System.Buffers;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI.Chat;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Writes the body of a request out of the SDK's own types, so that the wire format stays the SDK's.</summary>
internal static class RequestWriter
{
    public static BinaryData Write(ChatCompletionOptions options, List<ChatMessage> messages, string model, bool streaming, bool asksForUsage)
    {
        options.Patch.Set("$.model"u8, model);
        options.Patch.Set("$.messages"u8, WriteMessages(messages).WrittenSpan);
        if (streaming)
        {
            options.Patch.Set("$.stream"u8, true);
            if (asksForUsage)
            {
                options.Patch.Set("$.stream_options"u8, """{"include_usage":true}"""u8);
            }
        }

        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter writer = new(body))
        {
            ((IJsonModel<ChatCompletionOptions>)options).Write(writer, ModelReaderWriterOptions.Json);
        }

        return BinaryData.FromBytes(body.WrittenMemory);
    }

    private static ArrayBufferWriter<byte> WriteMessages(List<ChatMessage> messages)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartArray();
        foreach (ChatMessage message in messages)
        {
            ((IJsonModel<ChatMessage>)message).Write(writer, ModelReaderWriterOptions.Json);
        }

        writer.WriteEndArray();
        return buffer;
    }
}
