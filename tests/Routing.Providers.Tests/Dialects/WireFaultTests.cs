using System.Net;
using System.Net.Sockets;
using System.Text;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>What both adapters make of a network and of services that behave badly.</summary>
[TestFixtureSource(typeof(WireDialect), nameof(WireDialect.All))]
public sealed class WireFaultTests(WireDialect dialect)
{
    [Test]
    public async Task Framing_MayBeSplitAtEveryByte([Values("\n", "\r\n")] string lineEnd)
    {
        byte[] stream = Encoding.UTF8.GetBytes(dialect.Stream("Gr\u00fc\u00dfe ", "\U0001F600").Replace("\n", lineEnd, StringComparison.Ordinal));

        ChatResponse response = await StreamAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (int i = 0; i < stream.Length; i++)
            {
                await context.Response.Body.WriteAsync(stream.AsMemory(i, 1));
                await context.Response.Body.FlushAsync();
            }
        });

        Assert.That(response.Text, Is.EqualTo("Gr\u00fc\u00dfe \U0001F600"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That(response.Usage?.InputTokenCount, Is.EqualTo(12));
        Assert.That(response.Usage?.OutputTokenCount, Is.EqualTo(3));
    }

    [Test]
    public async Task KeepAlives_AndCommentsAreNoContent()
    {
        string noise = $": a comment\n\n{dialect.KeepAlive}:\n\n";

        ChatResponse response = await StreamAsync(
            LoopbackServer.Sse(noise + dialect.Opening + noise + dialect.Piece("Hel") + noise + dialect.Piece("lo") + noise + dialect.Ending));

        Assert.That(response.Text, Is.EqualTo("Hello"));
    }

    [Test]
    public async Task HugeChunk_ArrivesWhole([Values] bool streaming)
    {
        string huge = new('x', 1024 * 1024);
        await using LoopbackServer server = await LoopbackServer.StartAsync(dialect.Reply(streaming, huge));
        using IChatClient client = dialect.Client(server.Address);

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo(huge));
    }

    [TestCase("overloaded_error", FailureKind.Overloaded)]
    [TestCase("api_error", FailureKind.ServerError)]
    [TestCase("rate_limit_error", FailureKind.RateLimited)]
    [TestCase("invalid_request_error", FailureKind.InvalidRequest)]
    [TestCase("never_heard_of_it", FailureKind.ServerError)]
    public async Task ErrorEvent_HasItsKind_FirstOrInMidStream_R7(string type, FailureKind expected)
    {
        foreach (string before in new[] { "", dialect.Opening, dialect.Opening + dialect.Piece("Hel") })
        {
            (List<ChatResponseUpdate> seen, Exception thrown) = await BreakAsync(LoopbackServer.Sse(before + dialect.ErrorFrame(type, "boom")));

            Assert.That(Classify(thrown), Is.EqualTo(expected), before);
            Assert.That(string.Concat(seen.Select(static update => update.Text)), Is.EqualTo(before.Contains("Hel", StringComparison.Ordinal) ? "Hel" : ""));
        }
    }

    [Test]
    public async Task Stream_WithoutAnEndIsTruncated_R3()
    {
        foreach (string text in new[] { "", dialect.Opening, dialect.Opening + dialect.Piece("Hel") })
        {
            (_, Exception thrown) = await BreakAsync(LoopbackServer.Sse(text));

            Assert.That(Classify(thrown), Is.EqualTo(FailureKind.TruncatedStream), text);
        }
    }

    [Test]
    public async Task Page_InPlaceOfAnAnswerIsMalformed_R7([Values] bool streaming, [Values("text/html", "application/json", "text/event-stream")] string type)
    {
        const string Page = "<html><body>Please sign in</body></html>";

        (_, Exception thrown) = await BreakAsync(Write(type, Page), streaming);

        // What says that it is a stream, and holds no event, may have been cut off.
        FailureKind expected = streaming && type == "text/event-stream" ? FailureKind.TruncatedStream : FailureKind.MalformedResponse;
        Assert.That(Classify(thrown), Is.EqualTo(expected), thrown.ToString());
        Assert.That(thrown.Message, Does.Not.Contain("sign in"));
    }

    [Test]
    public async Task BrokenJson_IsMalformed_R7([Values] bool streaming)
    {
        string answer = dialect.Answer("Hello");

        (_, Exception thrown) = await BreakAsync(
            streaming ? LoopbackServer.Sse(dialect.Opening + dialect.Piece("Hel") + dialect.BrokenFrame) : LoopbackServer.Json(answer[..(answer.Length / 2)]),
            streaming);

        Assert.That(Classify(thrown), Is.EqualTo(FailureKind.MalformedResponse), thrown.ToString());
    }

    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("\"Hello\"")]
    [TestCase("42")]
    public async Task Json_OfAnotherShapeIsMalformed_R7(string body)
    {
        (_, Exception thrown) = await BreakAsync(LoopbackServer.Json(body), streaming: false);

        Assert.That(Classify(thrown), Is.EqualTo(FailureKind.MalformedResponse), thrown.ToString());
    }

    [Test]
    public async Task ConnectionRefused_IsANetworkFailure_R7([Values] bool streaming)
    {
        using IChatClient client = dialect.Client(Nowhere());

        Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

        Assert.That(Classify(thrown!), Is.EqualTo(FailureKind.Network), thrown!.ToString());
    }

    [Test]
    public async Task Reset_IsANetworkFailure_BeforeTheAnswerOrInMidStream_R7([Values] bool streaming)
    {
        (_, Exception thrown) = await BreakAsync(
            async context =>
            {
                if (streaming)
                {
                    await LoopbackServer.Sse(dialect.Opening + dialect.Piece("Hel"))(context);
                    await context.Response.Body.FlushAsync();
                }

                LoopbackServer.Reset(context);
            },
            streaming);

        Assert.That(Classify(thrown), Is.EqualTo(FailureKind.Network), thrown.ToString());
    }

    [Test]
    public async Task BrokenStream_ReportsTheUsageThatItHadSent()
    {
        if (dialect is OpenAIDialect)
        {
            Assert.Ignore("This format counts at the end of a stream only; StreamTests shows a count before the break.");
        }

        (List<ChatResponseUpdate> seen, _) = await BreakAsync(
            LoopbackServer.Sse(dialect.Opening + dialect.Piece("Hel") + dialect.ErrorFrame("api_error", "boom")));

        Assert.That(seen.SelectMany(static update => update.Contents).OfType<UsageContent>().Single().Details.InputTokenCount, Is.EqualTo(12));
    }

    [Test]
    public async Task Cancellation_IsTheCallersInMidStream()
    {
        using CancellationTokenSource source = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(Stalled(dialect.Opening + dialect.Piece("Hel")));
        using IChatClient client = dialect.Client(server.Address);
        await using IAsyncEnumerator<ChatResponseUpdate> updates = client.GetStreamingResponseAsync("Hi", null, source.Token).GetAsyncEnumerator(source.Token);
        while (await updates.MoveNextAsync() && updates.Current.Text != "Hel")
        {
        }

        ValueTask<bool> next = updates.MoveNextAsync();
        await source.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(async () => await next);
    }

    /// <summary>Sends a text, and then nothing until the caller goes away.</summary>
    internal static Func<HttpContext, Task> Stalled(string text, TaskCompletionSource? reached = null) => async context =>
    {
        await LoopbackServer.Sse(text)(context);
        await context.Response.Body.FlushAsync();
        reached?.TrySetResult();
        TaskCompletionSource gone = new();
        await using (context.RequestAborted.Register(gone.SetResult))
        {
            await gone.Task;
        }
    };

    internal static Uri Nowhere()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return new Uri($"http://127.0.0.1:{port}/v1");
    }

    private static Func<HttpContext, Task> Write(string contentType, string text) => async context =>
    {
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(text);
    };

    private FailureKind? Classify(Exception exception)
    {
        // As the router does: outside in, the first that is known.
        for (Exception? current = exception; current is not null; current = current.InnerException)
        {
            if (dialect.Classifier().Classify(current, out _) is { } kind)
            {
                return kind;
            }

            if (current is HttpRequestException or IOException or SocketException)
            {
                return FailureKind.Network;
            }
        }

        return null;
    }

    private async Task<ChatResponse> StreamAsync(Func<HttpContext, Task> reply)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(reply);
        using IChatClient client = dialect.Client(server.Address);
        return await client.AskAsync(streaming: true);
    }

    private async Task<(List<ChatResponseUpdate> Seen, Exception Thrown)> BreakAsync(Func<HttpContext, Task> reply, bool streaming = true)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(reply);
        using IChatClient client = dialect.Client(server.Address);
        List<ChatResponseUpdate> seen = [];
        Exception? thrown = await Assert.CatchAsync(
            async () => _ = streaming ? (object)await client.GetStreamingResponseAsync("Hi").CollectAsync(seen) : await client.GetResponseAsync("Hi"));
        Assert.That(server.Requests, Has.Count.EqualTo(1), "the adapter makes exactly one attempt");
        return (seen, thrown!);
    }
}
