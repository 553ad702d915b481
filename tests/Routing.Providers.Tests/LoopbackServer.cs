using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Providers.Tests;

/// <summary>A real server on loopback that answers from a script and keeps what it was asked.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    public Uri Address => new($"{_app.Urls.Single()}/v1");

    public ReceivedRequest Single => Requests.Single();

    /// <summary>Gets the body of the only request.</summary>
    public JsonElement Body => Single.Body;

    public static async Task<LoopbackServer> StartAsync(Func<HttpContext, Task> reply)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        LoopbackServer server = new(app);
        app.Run(async context =>
        {
            using StreamReader reader = new(context.Request.Body);
            string text = await reader.ReadToEndAsync();
            server.Requests.Enqueue(new ReceivedRequest(
                JsonElement.Parse(text),
                context.Request.Path,
                context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            await reply(context);
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers with a body of JSON, or of anything else.</summary>
    public static Func<HttpContext, Task> Json(string body, int status = 200, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(body);
    };

    /// <summary>Answers with these bytes as a stream of events.</summary>
    public static Func<HttpContext, Task> Sse(string text) => async context =>
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
    };

    /// <summary>Answers with these events, each flushed alone, and the usual end.</summary>
    public static Func<HttpContext, Task> Events(params string[] data) => Sse(Text([.. data, "[DONE]"]));

    public static string Text(params string[] data) => string.Concat(data.Select(static d => $"data: {d}\n\n"));

    /// <summary>Resets the connection, as a machine does that goes away.</summary>
    public static void Reset(HttpContext context)
    {
        System.Net.Sockets.Socket socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        socket.LingerState = new System.Net.Sockets.LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
