using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Remembers, in the tool calls themselves, which model made them.</summary>
internal static class ToolCallOwner
{
    private const string Key = "llm.routing.model";

    /// <summary>Leaves the model's id in a tool call, and its provider.</summary>
    /// <param name="call">The call.</param>
    /// <param name="modelId">The model.</param>
    /// <param name="origin">The provider, see <see cref="ContentOrigin"/>; null leaves what the call says.</param>
    public static void Mark(FunctionCallContent call, string modelId, string? origin = null)
    {
        // A new dictionary, because a client may hand the same content out twice at once.
        AdditionalPropertiesDictionary properties = new(call.AdditionalProperties ?? []) { [Key] = modelId };
        if (origin is not null)
        {
            properties[ContentOrigin.Key] = origin;
        }

        call.AdditionalProperties = properties;
    }

    /// <summary>Finds who made the last tool calls of a conversation.</summary>
    /// <returns>A model id; null when the calls do not say, or there are none.</returns>
    public static string? Find(IReadOnlyList<ChatMessage> messages)
    {
        for (int i = messages.Count - 1; i >= 0; i--)
        {
            if (messages[i].Role != ChatRole.Assistant)
            {
                continue;
            }

            foreach (AIContent content in messages[i].Contents)
            {
                if (content is FunctionCallContent { AdditionalProperties: { } properties } && properties.TryGetValue(Key, out object? owner))
                {
                    // A conversation that was stored as JSON comes back with JSON values.
                    return owner as string ?? owner?.ToString();
                }
            }

            return null;
        }

        return null;
    }
}
