using System.Text.Json.Nodes;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Builds the JSON of OpenAI's chat completions.</summary>
internal static class Wire
{
    public static JsonObject Completion(string model, ChatCall call, SimulatedAnswer answer)
    {
        JsonObject message = new() { ["role"] = "assistant", ["content"] = answer.ToolName is null ? answer.Text : null };
        if (answer.ToolName is not null)
        {
            message["tool_calls"] = ToolCalls(answer);
        }

        JsonObject body = Envelope("chat.completion", model);
        body["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["finish_reason"] = FinishReason(answer) });
        body["usage"] = Usage(call, answer);
        return body;
    }

    public static JsonObject Chunk(string model, JsonObject delta, string? finishReason = null)
    {
        JsonObject body = Envelope("chat.completion.chunk", model);
        body["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finishReason });
        return body;
    }

    public static JsonObject UsageChunk(string model, ChatCall call, SimulatedAnswer answer)
    {
        JsonObject body = Envelope("chat.completion.chunk", model);
        body["choices"] = new JsonArray();
        body["usage"] = Usage(call, answer);
        return body;
    }

    public static JsonArray ToolCalls(SimulatedAnswer answer) =>
        new(new JsonObject
        {
            ["index"] = 0,
            ["id"] = $"call_{Guid.NewGuid():N}",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = answer.ToolName, ["arguments"] = answer.Text },
        });

    public static string FinishReason(SimulatedAnswer answer) => answer.ToolName is null ? "stop" : "tool_calls";

    private static JsonObject Envelope(string kind, string model) => new()
    {
        ["id"] = $"chatcmpl-simulated-{Guid.NewGuid():N}",
        ["object"] = kind,
        ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["model"] = model,
    };

    private static JsonObject Usage(ChatCall call, SimulatedAnswer answer) => new()
    {
        ["prompt_tokens"] = call.Tokens,
        ["completion_tokens"] = answer.Tokens,
        ["total_tokens"] = call.Tokens + answer.Tokens,
    };
}
