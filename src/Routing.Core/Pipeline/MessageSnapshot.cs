using Microsoft.Extensions.AI;

namespace LlmRouting.Pipeline;

/// <summary>Copies the caller's messages once, so that every step of a request sees the same ones.</summary>
internal static class MessageSnapshot
{
    public static ChatMessage[] Take(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatMessage[] copy = [.. messages];

        // A poll for a background response, and a conversation that the provider keeps, may go without messages.
        if (copy.Length == 0 && options?.ContinuationToken is null && options?.ConversationId is null)
        {
            throw new ArgumentException("There are no messages; pass at least one.", nameof(messages));
        }

        foreach (ChatMessage message in copy)
        {
            if (message is null)
            {
                throw new ArgumentException("One of the messages is null.", nameof(messages));
            }
        }

        return copy;
    }
}
