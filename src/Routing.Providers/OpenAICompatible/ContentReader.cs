using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Reads the text and the reasoning of a message, or of a piece of one.</summary>
internal static class ContentReader
{
    /// <summary>Appends what the message holds, reasoning first.</summary>
    public static void Read(JsonElement message, List<AIContent> contents)
    {
        // DeepSeek, vLLM and llama.cpp say reasoning_content; OpenRouter, Groq, Ollama and later vLLM say reasoning. Some send both, alike.
        if (message.TryGetText("reasoning_content"u8, out string? reasoning) || message.TryGetText("reasoning"u8, out reasoning))
        {
            contents.Add(new TextReasoningContent(reasoning));
        }

        if (!message.TryGet("content"u8, out JsonElement content))
        {
            return;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            AddText(content.GetString(), contents);
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement part in content.EnumerateArray())
            {
                ReadPart(part, contents);
            }
        }
    }

    private static void ReadPart(JsonElement part, List<AIContent> contents)
    {
        // Mistral's reasoning models send their thinking as a part with parts of its own.
        if (part.TryGet("thinking"u8, out JsonElement thinking))
        {
            string text = thinking.ValueKind == JsonValueKind.Array ? JoinText(thinking) : part.GetText("thinking"u8) ?? "";
            if (text.Length > 0)
            {
                contents.Add(new TextReasoningContent(text));
            }
        }
        else
        {
            AddText(part.GetText("text"u8), contents);
        }
    }

    private static string JoinText(JsonElement parts)
    {
        StringBuilder text = new();
        foreach (JsonElement part in parts.EnumerateArray())
        {
            text.Append(part.GetText("text"u8));
        }

        return text.ToString();
    }

    private static void AddText(string? text, List<AIContent> contents)
    {
        if (!string.IsNullOrEmpty(text))
        {
            contents.Add(new TextContent(text));
        }
    }
}
