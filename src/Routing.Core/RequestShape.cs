using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Holds what a request is made of, before any text is read.</summary>
internal struct RequestShape
{
    public long TextLength;
    public long LastUserLength;
    public long FlatTokens;
    public int UserTurns;
    public int Images;
    public int AudioClips;
    public int Documents;
    public int Tools;
    public RequestedFormat Format;
    public bool IsToolContinuation;
    public ModelCapabilities Capabilities;
    public ProviderStates States;

    /// <summary>Reads the shape.</summary>
    public static RequestShape Read(IReadOnlyList<ChatMessage> messages, ChatOptions? options, int lastUser)
    {
        var shape = new RequestShape { FlatTokens = messages.Count > 0 ? ContentTokens.PerReply : 0 };
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i] is { } message)
            {
                shape.ReadMessage(message, i == lastUser);
            }
        }

        shape.Capabilities |= shape.Images > 0 ? ModelCapabilities.Vision : 0;
        shape.Capabilities |= shape.AudioClips > 0 ? ModelCapabilities.Audio : 0;
        shape.Capabilities |= shape.Documents > 0 ? ModelCapabilities.Documents : 0;
        shape.FlatTokens += ((long)shape.Images * ContentTokens.PerImage) + ((long)shape.AudioClips * ContentTokens.PerAudioClip)
            + ((long)shape.Documents * ContentTokens.PerDocument);
        if (options is not null)
        {
            shape.ReadOptions(options);
        }

        return shape;
    }

    private void ReadMessage(ChatMessage message, bool isLastUser)
    {
        long before = TextLength;
        bool hasResult = false;
        bool hasOther = false;
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent text:
                    TextLength += text.Text?.Length ?? 0;
                    hasOther |= !string.IsNullOrWhiteSpace(text.Text);
                    break;
                case TextReasoningContent reasoning:
                    TextLength += reasoning.Text?.Length ?? 0;
                    States |= reasoning.ProtectedData is null ? ProviderStates.None : ProviderStates.Reasoning;
                    break;
                case DataContent data:
                    CountMedia(data.HasTopLevelMediaType("image"), data.HasTopLevelMediaType("audio"));
                    hasOther = true;
                    break;
                case UriContent uri:
                    CountMedia(uri.HasTopLevelMediaType("image"), uri.HasTopLevelMediaType("audio"));
                    hasOther = true;
                    break;
                case HostedFileContent:
                    Documents++;
                    States |= ProviderStates.Hosted;
                    hasOther = true;
                    break;
                case HostedVectorStoreContent:
                    States |= ProviderStates.Hosted;
                    hasOther = true;
                    break;
                case FunctionCallContent call:
                    States |= ProviderStates.ToolCalls;
                    FlatTokens += 4 + ContentTokens.OfText(call.Name) + (call.Arguments is null ? 0 : ContentTokens.OfValue(call.Arguments));
                    break;
                case FunctionResultContent result:
                    hasResult = true;
                    FlatTokens += 4;
                    if (result.Result is string answer)
                    {
                        TextLength += answer.Length;
                    }
                    else
                    {
                        FlatTokens += ContentTokens.OfValue(result.Result);
                    }

                    break;
                default:
                    break;
            }
        }

        FlatTokens += ContentTokens.PerMessage;
        LastUserLength += isLastUser ? TextLength - before : 0;

        // Some hosts send results in user messages; those are no turn of the user's.
        UserTurns += message.Role == ChatRole.User && (hasOther || !hasResult) ? 1 : 0;
        IsToolContinuation = message.Role == ChatRole.Tool || (hasResult && !hasOther);
    }

    private void CountMedia(bool isImage, bool isAudio)
    {
        Images += isImage ? 1 : 0;
        AudioClips += isAudio ? 1 : 0;
        Documents += isImage || isAudio ? 0 : 1;
    }

    private void ReadOptions(ChatOptions options)
    {
        TextLength += options.Instructions?.Length ?? 0;
        if (options.Tools is { Count: > 0 } tools)
        {
            Tools = tools.Count;
            for (int i = 0; i < tools.Count; i++)
            {
                FlatTokens += tools[i] is { } tool ? ContentTokens.OfTool(tool) : 0;
                States |= tools[i] is HostedFileSearchTool { Inputs.Count: > 0 } or HostedCodeInterpreterTool { Inputs.Count: > 0 } ? ProviderStates.Hosted : ProviderStates.None;
            }

            Capabilities |= options.ToolMode is NoneChatToolMode ? 0 : ModelCapabilities.Tools;
        }

        if (options.ResponseFormat is ChatResponseFormatJson json)
        {
            Format = json.Schema is null ? RequestedFormat.Json : RequestedFormat.JsonSchema;
            Capabilities |= json.Schema is null ? ModelCapabilities.Json : ModelCapabilities.JsonSchema;
            FlatTokens += ContentTokens.OfSchema(json);
        }

        Capabilities |= options.Reasoning?.Effort is null or ReasoningEffort.None ? 0 : ModelCapabilities.Reasoning;
    }
}
