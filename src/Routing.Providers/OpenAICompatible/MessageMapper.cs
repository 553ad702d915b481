using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using WireMessage = OpenAI.Chat.ChatMessage;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Turns messages into those of the SDK. Changes none of them.</summary>
internal static partial class MessageMapper
{
    private const string DeveloperRole = "developer";

    public static List<WireMessage> Map(IEnumerable<ChatMessage> messages, string? instructions, OpenAICompatibleKind kind)
    {
        List<WireMessage> mapped = [];
        if (!string.IsNullOrEmpty(instructions))
        {
            mapped.Add(new SystemChatMessage(instructions));
        }

        foreach (ChatMessage message in messages)
        {
            Map(message, kind, mapped);
        }

        return mapped;
    }

    private static void Map(ChatMessage message, OpenAICompatibleKind kind, List<WireMessage> mapped)
    {
        if (message.RawRepresentation is WireMessage own)
        {
            mapped.Add(own);
        }
        else if (message.Role == ChatRole.Assistant)
        {
            AddAssistant(message, kind, mapped);
        }
        else if (message.Role == ChatRole.User)
        {
            AddToolResults(message, mapped);
            AddUser(message, mapped);
        }
        else if (message.Role == ChatRole.Tool)
        {
            AddToolResults(message, mapped);
            RejectOthers(message, static content => content is FunctionResultContent);
        }
        else if (message.Role == ChatRole.System)
        {
            mapped.Add(new SystemChatMessage(TextOf(message)) { ParticipantName = Name(message) });
        }
        else if (message.Role.Value.Equals(DeveloperRole, StringComparison.OrdinalIgnoreCase))
        {
            mapped.Add(kind.AcceptsDeveloperRole
                ? new DeveloperChatMessage(TextOf(message)) { ParticipantName = Name(message) }
                : new SystemChatMessage(TextOf(message)) { ParticipantName = Name(message) });
        }
        else
        {
            throw Invalid($"The role '{message.Role.Value}' has no equal in chat completions.");
        }
    }

    private static void AddUser(ChatMessage message, List<WireMessage> mapped)
    {
        List<ChatMessageContentPart> parts = [];
        bool onlyText = true;
        bool onlyResults = message.Contents.Count > 0;
        foreach (AIContent content in message.Contents)
        {
            onlyResults &= content is FunctionResultContent;
            if (content is FunctionResultContent || ContentPartMapper.IsSkipped(content))
            {
                continue;
            }

            ChatMessageContentPart part = ContentPartMapper.Map(content, message.Role);
            onlyText &= part.Kind == ChatMessageContentPartKind.Text;
            parts.Add(part);
        }

        if (onlyResults)
        {
            return;
        }

        // Text alone goes as one string, which is how ChatMessage.Text reads it and the only form that every server takes.
        UserChatMessage user = onlyText ? new(string.Concat(parts.Select(static part => part.Text))) : new(parts);
        user.ParticipantName = Name(message);
        mapped.Add(user);
    }

    private static void AddAssistant(ChatMessage message, OpenAICompatibleKind kind, List<WireMessage> mapped)
    {
        StringBuilder text = new();
        StringBuilder reasoning = new();
        List<ChatToolCall> calls = [];
        string? refusal = null;
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    text.Append(part.Text);
                    break;
                case TextReasoningContent part:
                    reasoning.Append(part.Text);
                    break;
                case FunctionCallContent call:
                    calls.Add(ChatToolCall.CreateFunctionToolCall(call.CallId, call.Name, ToolValueWriter.WriteArguments(call)));
                    break;
                case ErrorContent { ErrorCode: WireNames.RefusalCode } error:
                    refusal = error.Message;
                    break;
                case FunctionResultContent:
                    break;
                default:
                    RejectUnlessSkipped(content, message.Role);
                    break;
            }
        }

        if (text.Length > 0 || calls.Count > 0 || refusal is not null)
        {
            AssistantChatMessage assistant = Create(text, calls);
            assistant.Refusal = refusal;
            assistant.ParticipantName = Name(message);
            if (kind.EchoesReasoning && reasoning.Length > 0)
            {
                assistant.Patch.Set("$.reasoning_content"u8, reasoning.ToString());
            }

            mapped.Add(assistant);
        }

        AddToolResults(message, mapped);
    }

    private static AssistantChatMessage Create(StringBuilder text, List<ChatToolCall> calls)
    {
        if (calls.Count == 0)
        {
            return new AssistantChatMessage(text.ToString());
        }

        AssistantChatMessage assistant = new(calls);
        if (text.Length > 0)
        {
            assistant.Content.Add(ChatMessageContentPart.CreateTextPart(text.ToString()));
        }

        return assistant;
    }

    private static void AddToolResults(ChatMessage message, List<WireMessage> mapped)
    {
        foreach (AIContent content in message.Contents)
        {
            if (content is FunctionResultContent result)
            {
                mapped.Add(new ToolChatMessage(result.CallId, ToolValueWriter.WriteResult(result)));
            }
        }
    }

    private static string TextOf(ChatMessage message)
    {
        RejectOthers(message, static content => content is TextContent);
        return message.Text;
    }

    private static void RejectOthers(ChatMessage message, Func<AIContent, bool> isExpected)
    {
        foreach (AIContent content in message.Contents)
        {
            if (!isExpected(content))
            {
                RejectUnlessSkipped(content, message.Role);
            }
        }
    }

    private static void RejectUnlessSkipped(AIContent content, ChatRole role)
    {
        if (!ContentPartMapper.IsSkipped(content))
        {
            throw ContentPartMapper.Unsupported(content, role);
        }
    }

    // The API takes no other names; a display name with a blank would fail the whole request.
    private static string? Name(ChatMessage message) =>
        message.AuthorName is string name && ParticipantName().IsMatch(name) ? name : null;

    private static ProviderException Invalid(string message) => new(FailureKind.InvalidRequest, message);

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ParticipantName();
}
