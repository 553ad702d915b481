using System.Text;
using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Finds the message that tells what the user wants now.</summary>
internal static class LastUserMessage
{
    // Beyond this many the conversation is not a conversation; the last user message stands then, whatever it holds.
    private const int MaxCandidates = 16;

    /// <summary>Finds the last message in which the user wrote something besides harness noise.</summary>
    /// <returns>Its index; the last user message's when none has text of the user's own; -1 when there is no user message.</returns>
    public static int Find(IReadOnlyList<ChatMessage> messages)
    {
        int last = -1;
        int candidates = 0;
        for (int i = messages.Count - 1; i >= 0 && candidates < MaxCandidates; i--)
        {
            ChatMessage? message = messages[i];
            if (message is null || message.Role != ChatRole.User)
            {
                continue;
            }

            last = last < 0 ? i : last;
            candidates++;
            if (HasOwnText(message))
            {
                return i;
            }
        }

        return last;
    }

    /// <summary>Gets what the user wrote in a message, without harness noise.</summary>
    public static string OwnText(ChatMessage message)
    {
        string text = message.Text;
        if (!text.Contains('<'))
        {
            return text;
        }

        StringBuilder? own = null;
        ReadOnlySpan<char> rest = text;
        HarnessNoise noise = default;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> stretch = noise.Take(ref rest, out bool isNoise);
            if (stretch.Length == text.Length)
            {
                return isNoise ? string.Empty : text;
            }

            own ??= new(text.Length);
            own.Append(isNoise ? default : stretch);
        }

        return own?.ToString() ?? text;
    }

    private static bool HasOwnText(ChatMessage message)
    {
        IList<AIContent> contents = message.Contents;
        HarnessNoise noise = default;
        for (int i = 0; i < contents.Count; i++)
        {
            ReadOnlySpan<char> text = (contents[i] as TextContent)?.Text;
            noise.StartText();

            // Most messages do not start with a tag, and then the first character settles it.
            while (!(text = text.TrimStart()).IsEmpty)
            {
                if (text[0] != '<')
                {
                    return true;
                }

                _ = noise.Take(ref text, out bool isNoise);
                if (!isNoise)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
