using Microsoft.Extensions.AI;

namespace LlmRouting.HandOff;

/// <summary>Makes a conversation fit for a provider that did not write all of it.</summary>
/// <remarks>Never changes a message of the caller's: what has to differ is copied.</remarks>
internal static class ProviderHandOff
{
    /// <summary>Takes out reasoning that only another provider can read, and gives tool calls that another made ids that every provider takes.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="origin">Who is to read it.</param>
    /// <param name="assumed">Who wrote what does not say who wrote it.</param>
    /// <returns>The same list when nothing has to differ.</returns>
    public static IReadOnlyList<ChatMessage> Prepare(IReadOnlyList<ChatMessage> messages, string origin, string assumed)
    {
        ToolCallIds? ids = RenameCalls(messages, origin, assumed);
        List<ChatMessage>? prepared = null;
        for (int i = 0; i < messages.Count; i++)
        {
            ChatMessage message = messages[i];
            List<AIContent>? contents = Rewrite(message, origin, assumed, ids);
            if (contents is null)
            {
                prepared?.Add(message);
                continue;
            }

            prepared ??= [.. messages.Take(i)];

            // A message of nothing but foreign reasoning is no message any more.
            if (contents.Count > 0)
            {
                ChatMessage copy = message.Clone();
                copy.Contents = contents;
                copy.RawRepresentation = null; // it is the old message; an adapter might send it as it is
                prepared.Add(copy);
            }
        }

        return prepared ?? messages;
    }

    private static ToolCallIds? RenameCalls(IReadOnlyList<ChatMessage> messages, string origin, string assumed)
    {
        ToolCallIds? ids = null;
        for (int i = 0; i < messages.Count; i++)
        {
            foreach (AIContent content in messages[i].Contents)
            {
                if (content is FunctionCallContent call && !ToolCallIds.IsPortable(call.CallId) && IsForeign(call, messages[i], origin, assumed))
                {
                    (ids ??= Reserve(messages)).Rename(call.CallId);
                }
            }
        }

        return ids;
    }

    private static ToolCallIds Reserve(IReadOnlyList<ChatMessage> messages)
    {
        ToolCallIds ids = new();
        foreach (ChatMessage message in messages)
        {
            foreach (AIContent content in message.Contents)
            {
                if (content is FunctionCallContent call)
                {
                    ids.Reserve(call.CallId);
                }
            }
        }

        return ids;
    }

    /// <returns>null when the message stays as it is.</returns>
    private static List<AIContent>? Rewrite(ChatMessage message, string origin, string assumed, ToolCallIds? ids)
    {
        List<AIContent>? rewritten = null;
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            AIContent? content = contents[i] switch
            {
                TextReasoningContent { ProtectedData: not null } reasoning when IsForeign(reasoning, message, origin, assumed) => null,
                FunctionCallContent call when ids?.Find(call.CallId) is { } id => Copy(call, id),
                FunctionResultContent result when ids?.Find(result.CallId) is { } id => Copy(result, id),
                AIContent other => other,
            };
            if (!ReferenceEquals(content, contents[i]))
            {
                rewritten ??= [.. contents.Take(i)];
            }

            if (content is not null)
            {
                rewritten?.Add(content);
            }
        }

        return rewritten;
    }

    private static bool IsForeign(AIContent content, ChatMessage message, string origin, string assumed) =>
        !ContentOrigin.IsSameService(ContentOrigin.Find(content) ?? OriginOf(message) ?? assumed, origin);

    // One answer is one provider's: what says nothing itself comes from where its neighbours come from.
    private static string? OriginOf(ChatMessage message)
    {
        foreach (AIContent content in message.Contents)
        {
            if (ContentOrigin.Find(content) is { } origin)
            {
                return origin;
            }
        }

        return null;
    }

    private static FunctionCallContent Copy(FunctionCallContent call, string id) => new(id, call.Name, call.Arguments)
    {
        Exception = call.Exception,
        InformationalOnly = call.InformationalOnly,
        Annotations = call.Annotations,
        AdditionalProperties = call.AdditionalProperties,
    };

    private static FunctionResultContent Copy(FunctionResultContent result, string id) => new(id, result.Result)
    {
        Exception = result.Exception,
        Annotations = result.Annotations,
        AdditionalProperties = result.AdditionalProperties,
    };
}
