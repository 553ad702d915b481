using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Benchmarks;

/// <summary>Is a server on loopback that gives every request the same answer, in the mode that it asks for.</summary>
internal sealed class CannedServer : IAsyncDisposable
{
    /// <summary>How many pieces of text a stream brings.</summary>
    public const int Chunks = 1_000;

    private const string Piece = " word";

    private readonly WebApplication _app;

    private CannedServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<CannedServer> StartAsync(string dialect)
    {
        (byte[] answer, byte[] stream) = dialect == "openai" ? OpenAI() : Anthropic();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.Run(async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            bool isStream = body.GetBuffer().AsSpan(0, (int)body.Length).IndexOf("\"stream\":true"u8) >= 0;
            context.Response.ContentType = isStream ? "text/event-stream" : "application/json";
            await context.Response.Body.WriteAsync(isStream ? stream : answer);
        });
        await app.StartAsync();
        return new CannedServer(app);
    }

    /// <summary>Gives the whole answer of a format.</summary>
    public static byte[] AnswerOf(string dialect) => dialect == "openai" ? OpenAI().Answer : Anthropic().Answer;

    /// <summary>Reads a stream, and the text of each of its updates.</summary>
    public static async Task<int> ReadAsync(IChatClient client, string prompt)
    {
        int length = 0;
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(prompt))
        {
            length += update.Text.Length;
        }

        return Checked(length);
    }

    /// <summary>Checks the length of what a stream brought: one that broke would be fast.</summary>
    public static int Checked(int length) =>
        length == Chunks * Piece.Length ? length : throw new InvalidOperationException($"Only {length} characters came.");

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static (byte[] Answer, byte[] Stream) OpenAI()
    {
        const string Usage = """{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}""";
        const string Head = """{"id":"r1","object":"chat.completion.chunk","created":1760000000,"model":"served","choices":""";
        StringBuilder stream = new($$"""data: {{Head}}[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""" + "\n\n");
        for (int i = 0; i < Chunks; i++)
        {
            stream.Append($$"""data: {{Head}}[{"index":0,"delta":{"content":"{{Piece}}"},"finish_reason":null}]}""" + "\n\n");
        }

        stream.Append($$"""data: {{Head}}[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n");
        stream.Append($$"""data: {{Head}}[],"usage":{{Usage}}}""" + "\n\ndata: [DONE]\n\n");
        return (
            Encoding.UTF8.GetBytes($$$"""{"id":"r1","object":"chat.completion","created":1760000000,"model":"served","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there."},"finish_reason":"stop"}],"usage":{{{Usage}}}}"""),
            Encoding.UTF8.GetBytes(stream.ToString()));
    }

    private static (byte[] Answer, byte[] Stream) Anthropic()
    {
        StringBuilder stream = new(Event("message_start", """{"type":"message_start","message":{"id":"r1","type":"message","role":"assistant","model":"served","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}}"""));
        stream.Append(Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""));
        for (int i = 0; i < Chunks; i++)
        {
            stream.Append(Event("content_block_delta", $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{Piece}}}"}}"""));
        }

        stream.Append(Event("content_block_stop", """{"type":"content_block_stop","index":0}"""));
        stream.Append(Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}"""));
        stream.Append(Event("message_stop", """{"type":"message_stop"}"""));
        return (
            """{"id":"r1","type":"message","role":"assistant","model":"served","content":[{"type":"text","text":"Hello there."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":3}}"""u8.ToArray(),
            Encoding.UTF8.GetBytes(stream.ToString()));
    }

    private static string Event(string type, string data) => $"event: {type}\ndata: {data}\n\n";
}
