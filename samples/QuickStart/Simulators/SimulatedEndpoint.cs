using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Speaks OpenAI's chat completions over HTTP on behalf of a simulated model.</summary>
internal sealed class SimulatedEndpoint(string name, SimulatedModel model, Outages outages)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path != "/v1/chat/completions" || !HttpMethods.IsPost(context.Request.Method))
        {
            await FailAsync(context, 404, "not_found_error", "There is only POST /v1/chat/completions here.");
            return;
        }

        OutageKind? outage = outages.Next(name);
        switch (outage)
        {
            case OutageKind.Unavailable:
                await FailAsync(context, 503, "overloaded_error", "[simulated] This endpoint has no capacity.");
                return;
            case OutageKind.RateLimited:
                context.Response.Headers.RetryAfter = "1";
                await FailAsync(context, 429, "rate_limit_exceeded", "[simulated] Too many requests.");
                return;
            case OutageKind.Closed:
                context.Abort();
                return;
        }

        ChatCall call;
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            call = ChatCall.Read(body.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            await FailAsync(context, 400, "invalid_request_error", "The body is no chat completions request.");
            return;
        }

        if (call.Model != model.Name)
        {
            await FailAsync(context, 404, "model_not_found", $"The model '{call.Model}' does not exist here.");
        }
        else if (call.Tokens > model.ContextTokens)
        {
            await FailAsync(context, 400, "context_length_exceeded", $"The request has {call.Tokens} tokens; the model takes {model.ContextTokens}.");
        }
        else
        {
            await AnswerAsync(context, call, model.Answer(call), outage == OutageKind.Truncated);
        }
    }

    private async Task AnswerAsync(HttpContext context, ChatCall call, SimulatedAnswer answer, bool truncate)
    {
        await Task.Delay(answer.FirstToken, context.RequestAborted);
        if (truncate && !call.Stream)
        {
            context.Abort();
        }
        else if (call.Stream)
        {
            await new EventStream(context, model.Name).WriteAsync(call, answer, truncate);
        }
        else
        {
            await Task.Delay(answer.Writing, context.RequestAborted);
            await WriteAsync(context, 200, Wire.Completion(model.Name, call, answer));
        }
    }

    private static Task FailAsync(HttpContext context, int status, string code, string message) =>
        WriteAsync(context, status, new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = code, ["code"] = code } });

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
