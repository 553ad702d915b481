using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Turns a whole answer into a response.</summary>
internal static class ResponseMapper
{
    public static ChatResponse Map(ReadOnlySpan<byte> body, string requestedModel, string provider)
    {
        try
        {
            return Map(JsonElement.Parse(body), requestedModel, provider);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Malformed(e, provider);
        }
    }

    /// <summary>Creates the exception for an answer, or a part of one, that cannot be read.</summary>
    /// <param name="cause">A <see cref="JsonException"/>, or what a string with half a surrogate pair throws when it is read.</param>
    /// <param name="provider">The name of the service.</param>
    public static ProviderException Malformed(Exception cause, string provider) =>
        new(FailureKind.MalformedResponse, $"'{provider}' sent JSON that cannot be read.", cause);

    private static ChatResponse Map(JsonElement root, string requestedModel, string provider)
    {
        if (root.TryGet("error"u8, out JsonElement error))
        {
            throw ErrorMapper.Reported(ErrorBody.ReadError(error), provider);
        }

        JsonElement choice = FirstChoice(root, provider);
        string? id = root.GetText("id"u8);
        ChatMessage message = new(ChatRole.Assistant, Contents(choice, id, provider)) { MessageId = id };
        return new ChatResponse(message)
        {
            ResponseId = id,
            ModelId = root.GetText("model"u8) ?? requestedModel,
            CreatedAt = root.GetUnixTime("created"u8),
            FinishReason = FinishReasonMapper.Map(choice.GetText("finish_reason"u8), provider),
            Usage = UsageMapper.Find(root),
            RawRepresentation = root,
            AdditionalProperties = Additional(root, choice),
        };
    }

    private static JsonElement FirstChoice(JsonElement root, string provider)
    {
        if (!root.TryGet("choices"u8, out JsonElement choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
        {
            throw new ProviderException(FailureKind.MalformedResponse, $"'{provider}' answered without a choice.");
        }

        JsonElement choice = choices[0];
        return choice.TryGet("error"u8, out JsonElement error) ? throw ErrorMapper.Reported(ErrorBody.ReadError(error), provider) : choice;
    }

    private static List<AIContent> Contents(JsonElement choice, string? responseId, string provider)
    {
        List<AIContent> contents = [];
        if (!choice.TryGet("message"u8, out JsonElement message))
        {
            throw new ProviderException(FailureKind.MalformedResponse, $"'{provider}' answered with a choice that has no message.");
        }

        ContentReader.Read(message, contents);
        if (message.TryGet("tool_calls"u8, out JsonElement calls) && calls.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement call in calls.EnumerateArray())
            {
                call.TryGet("function"u8, out JsonElement function);
                contents.Add(ToolCallReader.Create(
                    call.GetText("id"u8), index++, function.GetText("name"u8), ToolCallReader.ReadArguments(function), responseId, provider));
            }
        }

        if (message.TryGetText("refusal"u8, out string? refusal))
        {
            contents.Add(new ErrorContent(refusal) { ErrorCode = WireNames.RefusalCode });
        }

        return contents;
    }

    private static AdditionalPropertiesDictionary? Additional(JsonElement root, JsonElement choice)
    {
        AdditionalPropertiesDictionary? properties = null;
        if (root.GetText("system_fingerprint"u8) is string fingerprint)
        {
            (properties ??= [])[WireNames.SystemFingerprint] = fingerprint;
        }

        if (choice.TryGet("logprobs"u8, out JsonElement logProbabilities) && logProbabilities.TryGet("content"u8, out JsonElement tokens)
            && tokens.ValueKind == JsonValueKind.Array)
        {
            (properties ??= [])[WireNames.LogProbabilities] = tokens.EnumerateArray().ToArray();
        }

        return properties;
    }
}
