using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Turns contents into the parts of a user's message.</summary>
internal static class ContentPartMapper
{
    /// <summary>Tells whether leaving a content out changes nothing that the model is meant to know.</summary>
    public static bool IsSkipped(AIContent content) =>
        content is UsageContent or TextReasoningContent or ErrorContent || content.GetType() == typeof(AIContent);

    public static ChatMessageContentPart Map(AIContent content, ChatRole role) => content switch
    {
        { RawRepresentation: ChatMessageContentPart own } => own,
        TextContent text => ChatMessageContentPart.CreateTextPart(text.Text),
        UriContent uri when uri.HasTopLevelMediaType("image") => ChatMessageContentPart.CreateImagePart(uri.Uri, Detail(uri)),
        DataContent data => Map(data, role),
        HostedFileContent file => ChatMessageContentPart.CreateFilePart(file.FileId),
        _ => throw Unsupported(content, role),
    };

    public static ProviderException Unsupported(AIContent content, ChatRole role) =>
        new(FailureKind.InvalidRequest, UnsupportedContent.Describe(content, role));

    private static ChatMessageContentPart Map(DataContent data, ChatRole role)
    {
        if (data.HasTopLevelMediaType("image"))
        {
            return ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(data.Data), data.MediaType, Detail(data));
        }

        if (data.HasTopLevelMediaType("audio"))
        {
            ChatInputAudioFormat format = AudioFormat(data.MediaType) ?? throw Unsupported(data, role);
            return ChatMessageContentPart.CreateInputAudioPart(BinaryData.FromBytes(data.Data), format);
        }

        return data.HasTopLevelMediaType("application") || data.HasTopLevelMediaType("text")
            ? ChatMessageContentPart.CreateFilePart(BinaryData.FromBytes(data.Data), data.MediaType, data.Name ?? FileName(data.MediaType))
            : throw Unsupported(data, role);
    }

    private static ChatInputAudioFormat? AudioFormat(string mediaType) => mediaType.ToLowerInvariant() switch
    {
        "audio/wav" or "audio/x-wav" or "audio/wave" or "audio/vnd.wave" => ChatInputAudioFormat.Wav,
        "audio/mpeg" or "audio/mp3" => ChatInputAudioFormat.Mp3,

        // A bare null would become the SDK's type through its conversion from string, and throw.
        _ => default(ChatInputAudioFormat?),
    };

    // The API wants a name, and tells the format by its end.
    private static string FileName(string mediaType) => mediaType.ToLowerInvariant() switch
    {
        "application/pdf" => "document.pdf",
        "application/json" => "document.json",
        "text/csv" => "document.csv",
        "text/html" => "document.html",
        "text/markdown" => "document.md",
        "text/plain" => "document.txt",
        _ => "document",
    };

    private static ChatImageDetailLevel? Detail(AIContent content) =>
        content.AdditionalProperties?.TryGetValue("detail", out object? value) == true && value?.ToString() is { Length: > 0 } detail
            ? new ChatImageDetailLevel(detail)
            : default(ChatImageDetailLevel?);
}
