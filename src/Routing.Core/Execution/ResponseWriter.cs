using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Puts the router's record into what the caller receives.</summary>
internal static class ResponseWriter
{
    /// <summary>Copies an answer and attaches the outcome to the copy.</summary>
    /// <remarks>A copy, because a client may hand out one response object many times at once, from a cache say.</remarks>
    public static ChatResponse Attach(ChatResponse response, RoutingOutcome outcome, in RouteTarget target, string? rawText)
    {
        return new ChatResponse(response.Messages)
        {
            ResponseId = response.ResponseId,
            ConversationId = response.ConversationId,
            ModelId = response.ModelId ?? target.Endpoint.ModelId ?? target.Model.Id,
            CreatedAt = response.CreatedAt,
            FinishReason = response.FinishReason,
            Usage = response.Usage,
            ContinuationToken = response.ContinuationToken,
            RawRepresentation = response.RawRepresentation,
            AdditionalProperties = WithOutcome(response.AdditionalProperties, outcome, rawText),
        };
    }

    /// <summary>Makes the last update of a stream, which carries the outcome.</summary>
    /// <remarks>Without a message id, so that the outcome lands on the response and not on its last message.</remarks>
    public static ChatResponseUpdate LastUpdate(RoutingOutcome outcome, in RouteTarget target, string? answeredBy, string? responseId, string? rawText) => new()
    {
        ResponseId = responseId,
        ModelId = answeredBy ?? target.Endpoint.ModelId ?? target.Model.Id,
        AdditionalProperties = WithOutcome(null, outcome, rawText),
    };

    /// <summary>Copies an answer with another text in the place of its own.</summary>
    public static ChatResponse WithText(ChatResponse response, string text)
    {
        List<ChatMessage> messages = [.. response.Messages.Select(static message => message.Clone())];
        bool isPlaced = false;
        foreach (ChatMessage message in messages)
        {
            message.Contents = ReplaceText(message.Contents, text, ref isPlaced);
        }

        return new ChatResponse(messages)
        {
            ResponseId = response.ResponseId,
            ConversationId = response.ConversationId,
            ModelId = response.ModelId,
            CreatedAt = response.CreatedAt,
            FinishReason = response.FinishReason,
            Usage = response.Usage,
            ContinuationToken = response.ContinuationToken,
            RawRepresentation = response.RawRepresentation,
            AdditionalProperties = response.AdditionalProperties,
        };
    }

    /// <summary>Puts a text in the place of all text of a stream.</summary>
    public static void ReplaceText(List<ChatResponseUpdate> updates, string text)
    {
        bool isPlaced = false;
        for (int i = 0; i < updates.Count; i++)
        {
            ChatResponseUpdate update = updates[i].Clone();
            update.Contents = ReplaceText(update.Contents, text, ref isPlaced);
            updates[i] = update;
        }
    }

    /// <summary>Leaves in what one provider alone understands where it comes from, and in each tool call the model's id too.</summary>
    public static void Mark(ChatResponse response, in RouteTarget target)
    {
        foreach (ChatMessage message in response.Messages)
        {
            IList<AIContent> contents = message.Contents;
            for (int i = 0; i < contents.Count; i++)
            {
                if (contents[i] is FunctionCallContent call)
                {
                    ToolCallOwner.Mark(call, target.Model.Id, target.Mark);
                }
                else if (contents[i] is TextReasoningContent { ProtectedData: not null } or HostedFileContent or HostedVectorStoreContent && target.Mark is { } origin)
                {
                    ContentOrigin.Mark(contents[i], origin);
                }
            }
        }
    }

    /// <summary>Measures the text of an answer, reasoning included.</summary>
    public static long TextLength(ChatResponse response)
    {
        long length = 0;
        foreach (ChatMessage message in response.Messages)
        {
            length += TextLength(message.Contents);
        }

        return length;
    }

    /// <summary>Measures the text of contents, reasoning included.</summary>
    public static int TextLength(IList<AIContent> contents)
    {
        int length = 0;
        for (int i = 0; i < contents.Count; i++)
        {
            length += contents[i] switch
            {
                TextContent text => text.Text.Length,
                TextReasoningContent reasoning => reasoning.Text.Length,
                _ => 0,
            };
        }

        return length;
    }

    private static List<AIContent> ReplaceText(IList<AIContent> contents, string text, ref bool isPlaced)
    {
        List<AIContent> replaced = new(contents.Count);
        foreach (AIContent content in contents)
        {
            if (content is not TextContent)
            {
                replaced.Add(content);
            }
            else if (!isPlaced)
            {
                isPlaced = true;
                replaced.Add(new TextContent(text));
            }
        }

        return replaced;
    }

    private static AdditionalPropertiesDictionary WithOutcome(AdditionalPropertiesDictionary? properties, RoutingOutcome outcome, string? rawText)
    {
        AdditionalPropertiesDictionary copy = properties is null ? [] : new(properties);
        copy[RoutingChatResponseExtensions.Key] = outcome;
        if (rawText is not null)
        {
            copy[RoutingChatResponseExtensions.RawTextKey] = rawText;
        }

        return copy;
    }
}
