using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Reads what several validators want to know of an answer.</summary>
internal static class ResponseReader
{
    /// <summary>Gets whether the answer asks for tools: it is one step of a loop then, not the last word.</summary>
    public static bool CallsTools(ChatResponse response)
    {
        foreach (ChatMessage message in response.Messages)
        {
            foreach (AIContent content in message.Contents)
            {
                if (content is FunctionCallContent)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Gets whether there is no text to judge, since the answer asks for tools.</summary>
    public static bool IsOnlyToolCalls(ChatResponse response) => string.IsNullOrWhiteSpace(response.Text) && CallsTools(response);
}
