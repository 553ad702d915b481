using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using WireFormat = OpenAI.Chat.ChatResponseFormat;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Turns options into those of the SDK. Changes nothing of the caller's; what the caller's own SDK options say wins.</summary>
internal static class OptionsMapper
{
    // The API's limit on the name of a schema.
    private const int MaxSchemaNameLength = 64;

    /// <summary>Makes the options of the SDK.</summary>
    /// <param name="options">The caller's.</param>
    /// <param name="kind">How the service differs from OpenAI.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="ignoresRaw">Whether the caller's <see cref="ChatOptions.RawRepresentationFactory"/> made options of another SDK.</param>
    public static ChatCompletionOptions Map(ChatOptions? options, OpenAICompatibleKind kind, IChatClient client, out bool ignoresRaw)
    {
        object? raw = options?.RawRepresentationFactory?.Invoke(client);
        ignoresRaw = raw is not (null or ChatCompletionOptions);
        ChatCompletionOptions wire = raw as ChatCompletionOptions ?? new();
        if (options is not null)
        {
            if (options.ContinuationToken is not null)
            {
                throw new ProviderException(FailureKind.InvalidRequest, "Chat completions cannot continue an answer: a continuation token was given.");
            }

            MapSampling(options, wire);
            MapAdditional(options, wire);
            MapSeed(options, wire, kind);
            wire.ReasoningEffortLevel ??= Effort(options.Reasoning?.Effort);
            wire.ResponseFormat ??= Format(options);
            ToolMapper.Map(options, wire);
            if (options.TopK is int topK && kind.AcceptsTopK && !wire.Patch.Contains("$.top_k"u8))
            {
                wire.Patch.Set("$.top_k"u8, topK);
            }
        }

        MapMaxTokens(options?.MaxOutputTokens, wire, kind);
        return wire;
    }

    /// <summary>Lists the options that are set but not sent. Allocates nothing when there are none.</summary>
    public static ImmutableArray<string> FindUnsent(ChatOptions? options, OpenAICompatibleKind kind, bool ignoresRaw)
    {
        if (options is null)
        {
            return [];
        }

        UnsentOptionList unsent = default;
        unsent.AddIf(options.TopK is not null && !kind.AcceptsTopK, nameof(ChatOptions.TopK));
        unsent.AddIf(options.ConversationId is not null, nameof(ChatOptions.ConversationId));
        unsent.AddIf(options.AllowBackgroundResponses == true, nameof(ChatOptions.AllowBackgroundResponses));
        unsent.AddIf(options.Reasoning?.Output is not null, nameof(ChatOptions.Reasoning));
        unsent.AddIf(HasUnknown(options.AdditionalProperties), nameof(ChatOptions.AdditionalProperties));
        unsent.AddIf(ignoresRaw, nameof(ChatOptions.RawRepresentationFactory));
        unsent.AddIf(
            options is { ToolMode: RequiredChatToolMode, Tools: null or { Count: 0 } } && (options.RawRepresentationFactory is null || ignoresRaw),
            nameof(ChatOptions.ToolMode));
        return unsent.ToImmutable();
    }

    private static bool HasUnknown(AdditionalPropertiesDictionary? additional)
    {
        if (additional is null)
        {
            return false;
        }

        int known = 0;
        known += additional.TryGetValue(WireNames.LogProbabilities, out bool _) ? 1 : 0;
        known += additional.TryGetValue(WireNames.TopLogProbabilities, out int _) ? 1 : 0;
        known += additional.TryGetValue(WireNames.Strict, out bool _) ? 1 : 0;
        return additional.Count > known;
    }

    private static void MapSampling(ChatOptions options, ChatCompletionOptions wire)
    {
        wire.Temperature ??= options.Temperature;
        wire.TopP ??= options.TopP;
        wire.FrequencyPenalty ??= options.FrequencyPenalty;
        wire.PresencePenalty ??= options.PresencePenalty;
        foreach (string stop in options.StopSequences ?? [])
        {
            wire.StopSequences.Add(stop);
        }
    }

    private static void MapAdditional(ChatOptions options, ChatCompletionOptions wire)
    {
        if (options.AdditionalProperties is not AdditionalPropertiesDictionary additional)
        {
            return;
        }

        if (additional.TryGetValue(WireNames.LogProbabilities, out bool wanted))
        {
            wire.IncludeLogProbabilities ??= wanted;
        }

        if (additional.TryGetValue(WireNames.TopLogProbabilities, out int count))
        {
            wire.TopLogProbabilityCount ??= count;
            wire.IncludeLogProbabilities ??= true;
        }
    }

    private static void MapSeed(ChatOptions options, ChatCompletionOptions wire, OpenAICompatibleKind kind)
    {
        long? seed = wire.Seed ?? options.Seed;
        if (kind.SeedField == WireNames.Seed)
        {
            wire.Seed = seed;
        }
        else if (seed is long value)
        {
            wire.Seed = null;
            wire.Patch.Set(Path(kind.SeedField), value);
        }
    }

    private static void MapMaxTokens(int? maxOutputTokens, ChatCompletionOptions wire, OpenAICompatibleKind kind)
    {
        int? limit = wire.MaxOutputTokenCount ?? maxOutputTokens;
        if (kind.MaxTokensField == WireNames.MaxCompletionTokens)
        {
            wire.MaxOutputTokenCount = limit;
        }
        else if (limit is int value)
        {
            wire.MaxOutputTokenCount = null;
            wire.Patch.Set(Path(kind.MaxTokensField), value);
        }
    }

    private static ChatReasoningEffortLevel? Effort(ReasoningEffort? effort) => effort switch
    {
        ReasoningEffort.None => ChatReasoningEffortLevel.None,
        ReasoningEffort.Low => ChatReasoningEffortLevel.Low,
        ReasoningEffort.Medium => ChatReasoningEffortLevel.Medium,
        ReasoningEffort.High => ChatReasoningEffortLevel.High,
        ReasoningEffort.ExtraHigh => ChatReasoningEffortLevel.ExtraHigh,

        // A bare null would become the SDK's type through its conversion from string, and throw.
        _ => default(ChatReasoningEffortLevel?),
    };

    private static WireFormat? Format(ChatOptions options) => options.ResponseFormat switch
    {
        ChatResponseFormatText => WireFormat.CreateTextFormat(),
        ChatResponseFormatJson { Schema: null } => WireFormat.CreateJsonObjectFormat(),
        ChatResponseFormatJson json => WireFormat.CreateJsonSchemaFormat(
            SchemaName(json.SchemaName), BinaryData.FromString(json.Schema.Value.GetRawText()), json.SchemaDescription, Strict(options)),
        _ => null,
    };

    private static bool? Strict(ChatOptions options) =>
        options.AdditionalProperties?.TryGetValue(WireNames.Strict, out bool strict) == true ? strict : null;

    private static string SchemaName(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "response";
        }

        // A name made from a generic type has characters that the API rejects.
        StringBuilder valid = new(name.Length);
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaxSchemaNameLength)))
        {
            valid.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_');
        }

        return valid.ToString();
    }

    private static byte[] Path(string field) => Encoding.UTF8.GetBytes("$." + field);
}
