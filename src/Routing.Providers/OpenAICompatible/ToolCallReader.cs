using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Turns one complete tool call into content.</summary>
internal static class ToolCallReader
{
    /// <summary>Creates the content; arguments that are no JSON object set its <see cref="FunctionCallContent.Exception"/>.</summary>
    public static FunctionCallContent Create(string? id, int index, string? name, string? arguments, string? responseId, string provider)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw new ProviderException(FailureKind.MalformedResponse, $"'{provider}' sent a tool call without a name.");
        }

        // A result needs an id to refer to. The response's own makes it unique within a conversation.
        string callId = string.IsNullOrEmpty(id) ? $"{responseId ?? "call"}-{index}" : id;
        return FunctionCallContent.CreateFromParsedArguments(arguments ?? "", callId, name, Parse);
    }

    /// <summary>Reads the arguments of a function as text; some servers send the object itself.</summary>
    public static string? ReadArguments(JsonElement function) =>
        !function.TryGet("arguments"u8, out JsonElement arguments) ? null
        : arguments.ValueKind == JsonValueKind.String ? arguments.GetString()
        : arguments.GetRawText();

    private static Dictionary<string, object?> Parse(string arguments)
    {
        // A function without parameters is called with nothing, not with {}, by some servers.
        if (string.IsNullOrWhiteSpace(arguments))
        {
            return [];
        }

        JsonElement root = JsonElement.Parse(arguments);
        if (root.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        Dictionary<string, object?> values = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            values[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value;
        }

        return values;
    }
}
