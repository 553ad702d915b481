using System.Collections.Immutable;
using System.Text.Json;
using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Makes the options that the SDK is given, and lists what it will not send. Changes nothing of the caller's.</summary>
internal static class OptionsPreparer
{
    /// <summary>Makes the options.</summary>
    /// <param name="options">The caller's.</param>
    /// <param name="notes">Takes what shows only while the SDK makes its request.</param>
    /// <exception cref="ProviderException">An option cannot be left out without changing what is asked.</exception>
    public static ChatOptions? Prepare(ChatOptions? options, CallNotes notes)
    {
        if (options is null)
        {
            return null;
        }

        if (options.ContinuationToken is not null)
        {
            throw new ProviderException(FailureKind.InvalidRequest, "Anthropic's messages cannot continue an answer: a continuation token was given.");
        }

        foreach (AITool tool in options.Tools ?? [])
        {
            if (tool is not (AIFunctionDeclaration or HostedWebSearchTool or HostedCodeInterpreterTool) && tool.GetService<ToolUnion>() is null)
            {
                throw new ProviderException(
                    FailureKind.InvalidRequest,
                    $"The tool '{tool.Name}' of type '{tool.GetType().Name}' has no equal among Anthropic's; wrap one of the SDK's with AsAITool.");
            }
        }

        ChatToolMode? mode = ModeOf(options);
        if (ReferenceEquals(mode, options.ToolMode) && options.RawRepresentationFactory is null)
        {
            return options;
        }

        ChatOptions changed = options.Clone();
        changed.ToolMode = mode;
        if (options.RawRepresentationFactory is { } make)
        {
            changed.RawRepresentationFactory = client => Watch(make(client), notes);
        }

        return changed;
    }

    /// <summary>Lists the options that are set but not sent. Allocates nothing when there are none.</summary>
    public static ImmutableArray<string> FindUnsent(ChatOptions? options, CallNotes notes)
    {
        if (options is null)
        {
            return [];
        }

        UnsentOptionList unsent = default;

        // Version 2026-10-21 of the API, which the SDK speaks, answers 400 to these three, whatever their value.
        unsent.AddIf(options.Temperature is not null, nameof(ChatOptions.Temperature));
        unsent.AddIf(options.TopP is not null, nameof(ChatOptions.TopP));
        unsent.AddIf(options.TopK is not null, nameof(ChatOptions.TopK));
        unsent.AddIf(options.FrequencyPenalty is not null, nameof(ChatOptions.FrequencyPenalty));
        unsent.AddIf(options.PresencePenalty is not null, nameof(ChatOptions.PresencePenalty));
        unsent.AddIf(options.Seed is not null, nameof(ChatOptions.Seed));
        unsent.AddIf(options.ConversationId is not null, nameof(ChatOptions.ConversationId));
        unsent.AddIf(options.AllowBackgroundResponses == true, nameof(ChatOptions.AllowBackgroundResponses));
        unsent.AddIf(options.AdditionalProperties is { Count: > 0 }, nameof(ChatOptions.AdditionalProperties));
        unsent.AddIf(options.ResponseFormat is ChatResponseFormatJson json && !IsObjectSchema(json.Schema), nameof(ChatOptions.ResponseFormat));
        unsent.AddIf(notes.IgnoresRaw, nameof(ChatOptions.RawRepresentationFactory));
        unsent.AddIf(options.ToolMode is RequiredChatToolMode && (!HasTools(options) || (notes.IgnoresRaw && options.Tools is not { Count: > 0 })), nameof(ChatOptions.ToolMode));
        return unsent.ToImmutable();
    }

    // The SDK takes its own parameters and passes over all others.
    private static object? Watch(object? raw, CallNotes notes)
    {
        notes.IgnoresRaw = raw is not (null or MessageCreateParams);
        return raw;
    }

    // The service refuses a choice of tool without tools; and the SDK passes the wish for single calls on with a choice only.
    private static ChatToolMode? ModeOf(ChatOptions options) =>
        !HasTools(options) ? null
        : options is { ToolMode: null, AllowMultipleToolCalls: not null } ? ChatToolMode.Auto
        : options.ToolMode;

    // Tools may also come with the SDK's own parameters.
    private static bool HasTools(ChatOptions options) => options.Tools is { Count: > 0 } || options.RawRepresentationFactory is not null;

    // The SDK passes on a schema with properties only.
    private static bool IsObjectSchema(JsonElement? schema) =>
        schema is { ValueKind: JsonValueKind.Object } root
        && root.TryGetProperty("properties"u8, out JsonElement properties) && properties.ValueKind == JsonValueKind.Object;
}
