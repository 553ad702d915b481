using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Turns the chunks of one stream into updates. Belongs to one stream; not thread-safe.</summary>
internal sealed class StreamMapper(string requestedModel, string provider)
{
    private readonly ToolCallAccumulator _toolCalls = new();
    private readonly StringBuilder _refusal = new();
    private List<JsonElement>? _logProbabilities;
    private UsageDetails? _usage;
    private ChatFinishReason? _finishReason;
    private string? _fingerprint;
    private string? _id;
    private string? _model;
    private DateTimeOffset? _createdAt;

    /// <summary>Gets whether the answer has come to its end.</summary>
    public bool IsFinished => _finishReason is not null;

    /// <summary>Reads one chunk.</summary>
    /// <returns>What the caller is to see of it.</returns>
    /// <exception cref="ProviderException">The chunk reports an error.</exception>
    public ChatResponseUpdate Map(JsonElement chunk)
    {
        // The usage first, since a chunk that reports an error may carry the cost of what was said before it.
        // Some servers count up in every chunk: the last count is the whole, and is passed on once.
        _usage = UsageMapper.Find(chunk) ?? _usage;
        if (chunk.TryGet("error"u8, out JsonElement error))
        {
            throw ErrorMapper.Reported(ErrorBody.ReadError(error), provider);
        }

        ReadIdentity(chunk);
        List<AIContent> contents = [];
        ChatFinishReason? finishReason = null;
        if (chunk.TryGet("choices"u8, out JsonElement choices) && choices.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement choice in choices.EnumerateArray())
            {
                // Only the first of several alternatives is the answer.
                if (choice.GetCount("index"u8) is null or 0)
                {
                    finishReason = ReadChoice(choice, contents) ?? finishReason;
                }
            }
        }

        if (finishReason is not null)
        {
            _finishReason = finishReason;
            FlushInto(contents);
        }

        return Update(contents, finishReason, chunk);
    }

    /// <summary>Creates the update that ends the stream.</summary>
    /// <returns>What was held back; null when nothing was.</returns>
    public ChatResponseUpdate? Complete()
    {
        List<AIContent> contents = [];
        FlushInto(contents);
        ChatResponseUpdate? update = UsageUpdate();
        if (contents.Count > 0)
        {
            update ??= Update([], finishReason: null, chunk: null);
            update.Contents = [.. contents, .. update.Contents];
        }

        if (_logProbabilities is not null || _fingerprint is not null)
        {
            update ??= Update([], finishReason: null, chunk: null);
            update.AdditionalProperties = [];

            // Without a message's id, these land on the response, where a whole answer has them too.
            update.MessageId = null;
            if (_logProbabilities is not null)
            {
                update.AdditionalProperties[WireNames.LogProbabilities] = _logProbabilities.ToArray();
            }

            if (_fingerprint is not null)
            {
                update.AdditionalProperties[WireNames.SystemFingerprint] = _fingerprint;
            }
        }

        return update;
    }

    /// <summary>Creates the update that passes the usage on, also from a stream that broke off.</summary>
    /// <returns>The update; null when no usage came.</returns>
    public ChatResponseUpdate? UsageUpdate() =>
        _usage is null ? null : Update([new UsageContent(_usage)], finishReason: null, chunk: null);

    private ChatFinishReason? ReadChoice(JsonElement choice, List<AIContent> contents)
    {
        if (choice.TryGet("error"u8, out JsonElement error))
        {
            throw ErrorMapper.Reported(ErrorBody.ReadError(error), provider);
        }

        if (choice.TryGet("delta"u8, out JsonElement delta))
        {
            ContentReader.Read(delta, contents);
            _refusal.Append(delta.GetText("refusal"u8));
            ReadToolCalls(delta);
        }

        if (choice.TryGet("logprobs"u8, out JsonElement logProbabilities) && logProbabilities.TryGet("content"u8, out JsonElement tokens)
            && tokens.ValueKind == JsonValueKind.Array)
        {
            (_logProbabilities ??= []).AddRange(tokens.EnumerateArray());
        }

        return FinishReasonMapper.Map(choice.GetText("finish_reason"u8), provider);
    }

    private void ReadToolCalls(JsonElement delta)
    {
        if (!delta.TryGet("tool_calls"u8, out JsonElement calls) || calls.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (JsonElement call in calls.EnumerateArray())
        {
            call.TryGet("function"u8, out JsonElement function);
            _toolCalls.Add(
                (int)(call.GetCount("index"u8) ?? 0), call.GetText("id"u8), function.GetText("name"u8), ToolCallReader.ReadArguments(function));
        }
    }

    private void ReadIdentity(JsonElement chunk)
    {
        // The first id stays: a server that changes it half-way would otherwise split the answer into two messages.
        if (_id is null && chunk.TryGetText("id"u8, out string? id))
        {
            _id = id;
        }

        if (chunk.TryGetText("model"u8, out string? model))
        {
            _model = model;
        }

        _createdAt ??= chunk.GetUnixTime("created"u8);
        _fingerprint ??= chunk.GetText("system_fingerprint"u8);
    }

    private void FlushInto(List<AIContent> contents)
    {
        _toolCalls.MoveTo(contents, _id, provider);
        if (_refusal.Length > 0)
        {
            contents.Add(new ErrorContent(_refusal.ToString()) { ErrorCode = WireNames.RefusalCode });
            _refusal.Clear();
        }
    }

    private ChatResponseUpdate Update(List<AIContent> contents, ChatFinishReason? finishReason, JsonElement? chunk) => new(ChatRole.Assistant, contents)
    {
        ResponseId = _id,
        MessageId = _id,
        ModelId = _model ?? requestedModel,
        CreatedAt = _createdAt,
        FinishReason = finishReason,
        RawRepresentation = chunk,
    };
}
