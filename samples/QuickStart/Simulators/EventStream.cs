using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Writes an answer as server-sent events, a few words at a time.</summary>
internal sealed class EventStream(HttpContext context, string model)
{
    private const int Pieces = 8;

    public async Task WriteAsync(ChatCall call, SimulatedAnswer answer, bool truncate)
    {
        context.Response.ContentType = "text/event-stream";
        await SendAsync(Wire.Chunk(model, new JsonObject { ["role"] = "assistant" }));
        if (truncate)
        {
            return;
        }

        if (answer.ToolName is not null)
        {
            await SendAsync(Wire.Chunk(model, new JsonObject { ["tool_calls"] = Wire.ToolCalls(answer) }));
        }

        int size = Math.Max(1, (answer.Text.Length + Pieces - 1) / Pieces);
        for (int start = 0; start < answer.Text.Length; start += size)
        {
            await Task.Delay(answer.Writing / Pieces, context.RequestAborted);
            await SendAsync(Wire.Chunk(model, new JsonObject { ["content"] = answer.Text.Substring(start, Math.Min(size, answer.Text.Length - start)) }));
        }

        await SendAsync(Wire.Chunk(model, [], Wire.FinishReason(answer)));
        if (call.IncludeUsage)
        {
            await SendAsync(Wire.UsageChunk(model, call, answer));
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private async Task SendAsync(JsonObject chunk)
    {
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
