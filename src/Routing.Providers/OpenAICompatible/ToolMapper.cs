using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Turns tools, and how they may be used, into those of the SDK.</summary>
internal static class ToolMapper
{
    private static readonly BinaryData NoParameters = BinaryData.FromString("""{"type":"object","properties":{}}""");

    public static void Map(ChatOptions options, ChatCompletionOptions wire)
    {
        foreach (AITool tool in options.Tools ?? [])
        {
            wire.Tools.Add(Map(tool));
        }

        // Without tools, the API rejects both of these.
        if (wire.Tools.Count > 0)
        {
            wire.ToolChoice ??= Choice(options.ToolMode);
            wire.AllowParallelToolCalls ??= options.AllowMultipleToolCalls;
        }
    }

    private static ChatTool Map(AITool tool)
    {
        if (tool is not AIFunctionDeclaration function)
        {
            throw new ProviderException(
                FailureKind.InvalidRequest, $"The tool '{tool.Name}' of type '{tool.GetType().Name}' is no function; chat completions know only functions.");
        }

        bool? strict = function.AdditionalProperties.TryGetValue(WireNames.Strict, out object? value) && value is bool wanted ? wanted : null;
        return ChatTool.CreateFunctionTool(
            function.Name, string.IsNullOrEmpty(function.Description) ? null : function.Description, Parameters(function.JsonSchema), strict);
    }

    private static BinaryData Parameters(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.EnumerateObject().Any()
            ? BinaryData.FromString(schema.GetRawText())
            : NoParameters;

    private static ChatToolChoice? Choice(ChatToolMode? mode) => mode switch
    {
        AutoChatToolMode => ChatToolChoice.CreateAutoChoice(),
        NoneChatToolMode => ChatToolChoice.CreateNoneChoice(),
        RequiredChatToolMode { RequiredFunctionName: string name } => ChatToolChoice.CreateFunctionChoice(name),
        RequiredChatToolMode => ChatToolChoice.CreateRequiredChoice(),
        _ => null,
    };
}
