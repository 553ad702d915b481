using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Refuses what the SDK would leave out without a word, and takes out what the service would refuse. Changes nothing of the caller's.</summary>
internal static class MessagePreparer
{
    private const string DeveloperRole = "developer";

    /// <summary>Makes the messages that the SDK is given.</summary>
    /// <exception cref="ProviderException">A content or a role has no equal in the service's format.</exception>
    public static List<ChatMessage> Prepare(IEnumerable<ChatMessage> messages)
    {
        List<ChatMessage> prepared = [];
        foreach (ChatMessage message in messages)
        {
            prepared.Add(Prepare(message));
        }

        return prepared;
    }

    private static ChatMessage Prepare(ChatMessage message)
    {
        ChatRole role = RoleOf(message.Role);
        bool isChanged = role != message.Role;
        List<AIContent> kept = new(message.Contents.Count);
        foreach (AIContent content in message.Contents)
        {
            if (IsLeftOut(content))
            {
                isChanged = true;
                continue;
            }

            if (!IsKnown(content, role))
            {
                throw Unsupported(content, role);
            }

            kept.Add(content);
        }

        if (!isChanged)
        {
            return message;
        }

        ChatMessage changed = message.Clone();
        changed.Role = role;
        changed.Contents = kept;
        return changed;
    }

    // The SDK sends every role that it does not know as the user's, which would make a developer's instruction a user's wish.
    private static ChatRole RoleOf(ChatRole role)
    {
        if (role == ChatRole.User || role == ChatRole.Assistant || role == ChatRole.System || role == ChatRole.Tool)
        {
            return role;
        }

        return role.Value.Equals(DeveloperRole, StringComparison.OrdinalIgnoreCase)
            ? ChatRole.System
            : throw new ProviderException(FailureKind.InvalidRequest, $"The role '{role.Value}' has no equal in Anthropic's messages.");
    }

    private static bool IsLeftOut(AIContent content) => content switch
    {
        { RawRepresentation: ContentBlockParam or TextBlockParam } => false,

        // Reasoning without its signature is another model's; the service refuses it.
        TextReasoningContent reasoning => string.IsNullOrEmpty(reasoning.ProtectedData),
        UsageContent or ErrorContent => true,

        // What the service's own tools did is not sent back by the SDK; the text that came of it is.
        WebSearchToolCallContent or WebSearchToolResultContent or CodeInterpreterToolCallContent or CodeInterpreterToolResultContent => true,
        _ => content.GetType() == typeof(AIContent) || content.GetType() == typeof(ToolCallContent) || content.GetType() == typeof(ToolResultContent),
    };

    private static bool IsKnown(AIContent content, ChatRole role)
    {
        if (content.RawRepresentation is ContentBlockParam or TextBlockParam || content is TextContent)
        {
            return true;
        }

        return role != ChatRole.System && content switch
        {
            TextReasoningContent or HostedFileContent or FunctionCallContent or FunctionResultContent => true,
            DataContent data => data.HasTopLevelMediaType("image") || data.HasTopLevelMediaType("text") || IsPdf(data.MediaType),
            UriContent uri => uri.HasTopLevelMediaType("image") || IsPdf(uri.MediaType),
            _ => false,
        };
    }

    private static bool IsPdf(string mediaType) => mediaType.Equals("application/pdf", StringComparison.OrdinalIgnoreCase);

    private static ProviderException Unsupported(AIContent content, ChatRole role) =>
        new(FailureKind.InvalidRequest, UnsupportedContent.Describe(content, role));
}
