using System.Text;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

public sealed class StreamTests
{
    private const string Piece = """{"id":"r","choices":[{"index":0,"delta":{"content":"Hel"}}]}""";
    private const string Usage = """{"id":"r","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}""";

    private static readonly TestCaseData[] Errors =
    [
        Error("""{"error":{"message":"boom","type":"server_error"}}""", FailureKind.ServerError),
        Error("""{"error":{"message":"boom","code":502}}""", FailureKind.ServerError),
        Error("""{"error":{"message":"boom","code":429}}""", FailureKind.RateLimited),
        Error("""{"error":{"message":"boom","code":"overloaded_error"}}""", FailureKind.Overloaded),
        Error("""{"error":{"message":"boom","type":"invalid_request_error","code":"context_length_exceeded"}}""", FailureKind.ContextLengthExceeded),
        Error("""{"error":"boom"}""", FailureKind.ServerError),
        Error("""{"id":"r","error":{"code":503,"message":"x"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}""", FailureKind.Overloaded),
        Error("""{"id":"r","choices":[{"index":0,"error":{"code":402,"message":"x"},"delta":{"content":""},"finish_reason":"error"}]}""", FailureKind.QuotaExhausted),
    ];

    [TestCaseSource(nameof(Errors))]
    public async Task ErrorEvent_IsThrownAfterWhatCameBefore_R1(string error, FailureKind expected)
    {
        (List<ChatResponseUpdate> seen, Exception? thrown) = await StreamAsync(LoopbackServer.Events(Piece, error));

        Assert.That(string.Concat(seen.Select(u => u.Text)), Is.EqualTo("Hel"));
        Assert.That(thrown, Is.InstanceOf<ProviderException>().With.Property(nameof(ProviderException.Kind)).EqualTo(expected));
        Assert.That(thrown!.Message, Does.Not.Contain("boom"));
    }

    [Test]
    public async Task ErrorEvent_MayBeToldByItsTypeAlone()
    {
        (_, Exception? thrown) = await StreamAsync(LoopbackServer.Sse("event: error\ndata: {\"message\":\"boom\",\"type\":\"rate_limit_error\"}\n\n"));

        Assert.That(((ProviderException)thrown!).Kind, Is.EqualTo(FailureKind.RateLimited));
    }

    [TestCase("")]
    [TestCase("data: [DONE]\n\n")]
    [TestCase(": ping\n\n")]
    [TestCase("data: " + Piece + "\n\n")]
    [TestCase("data: " + Piece + "\n\ndata: [DONE]\n\n")]
    public async Task Stream_WithoutAFinishReasonIsTruncated_R3(string text)
    {
        (_, Exception? thrown) = await StreamAsync(LoopbackServer.Sse(text));

        Assert.That(((ProviderException)thrown!).Kind, Is.EqualTo(FailureKind.TruncatedStream));
    }

    [Test]
    public async Task BrokenStream_StillReportsItsUsage()
    {
        (List<ChatResponseUpdate> seen, Exception? thrown) = await StreamAsync(LoopbackServer.Events(Piece, Usage));

        Assert.That(((ProviderException)thrown!).Kind, Is.EqualTo(FailureKind.TruncatedStream));
        Assert.That(seen[^1].Contents.OfType<UsageContent>().Single().Details.InputTokenCount, Is.EqualTo(3));
    }

    [TestCase("""{"choices":[{"del""")]
    [TestCase("""{"error":"boom"}""")]
    [Description("R15 R16: some servers count up in every chunk; what was counted is known, whatever breaks then")]
    public async Task StreamThatBreaks_StillReportsItsUsage(string last)
    {
        (List<ChatResponseUpdate> seen, Exception? thrown) = await StreamAsync(LoopbackServer.Events(Usage, last));

        Assert.That(thrown, Is.InstanceOf<ProviderException>());
        Assert.That(seen[^1].Contents.OfType<UsageContent>().Single().Details.InputTokenCount, Is.EqualTo(3));
    }

    [Test]
    [Description("R15 R16: nor is it lost with the connection")]
    public async Task StreamThatIsReset_StillReportsItsUsage()
    {
        using SemaphoreSlim seenFirst = new(0);
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(LoopbackServer.Text(Usage));
            await context.Response.Body.FlushAsync();
            await seenFirst.WaitAsync(context.RequestAborted);
            LoopbackServer.Reset(context);
        });
        using IChatClient client = Wire.Client(server);
        List<ChatResponseUpdate> seen = [];

        Exception? thrown = await Assert.CatchAsync(async () =>
        {
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")]))
            {
                seen.Add(update);
                seenFirst.Release();
            }
        });

        Assert.That(new OpenAIFailureClassifier().Classify(thrown!, out _), Is.EqualTo(FailureKind.Network));
        Assert.That(seen[^1].Contents.OfType<UsageContent>().Single().Details.InputTokenCount, Is.EqualTo(3));
    }

    [TestCase("""{"choices":[{"del""")]
    [TestCase("""{"choices":[{"delta":{"content":"\ud83d"}}]}""")]
    public async Task BrokenJson_IsMalformed_R1(string data)
    {
        (_, Exception? thrown) = await StreamAsync(LoopbackServer.Events(Piece, data));

        Assert.That(((ProviderException)thrown!).Kind, Is.EqualTo(FailureKind.MalformedResponse));
    }

    [Test]
    public async Task Reset_IsANetworkFailure_R1()
    {
        (List<ChatResponseUpdate> seen, Exception? thrown) = await StreamAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(LoopbackServer.Text(Piece));
            await context.Response.Body.FlushAsync();
            LoopbackServer.Reset(context);
        });

        FailureKind? kind = new OpenAIFailureClassifier().Classify(thrown!, out _);

        Assert.That(kind, Is.EqualTo(FailureKind.Network), thrown!.ToString());
        Assert.That(seen, Has.Count.LessThanOrEqualTo(1));
    }

    [Test]
    public async Task Reset_BeforeTheAnswerIsANetworkFailure([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            LoopbackServer.Reset(context);
            return Task.CompletedTask;
        });
        using IChatClient client = Wire.Client(server);

        Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

        Assert.That(new OpenAIFailureClassifier().Classify(thrown!, out _), Is.EqualTo(FailureKind.Network));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [TestCase("\n")]
    [TestCase("\r\n")]
    [TestCase("\r")]
    public async Task Framing_MayHaveAnyLineEndAndKeepAlives(string lineEnd)
    {
        string text = (": OPENROUTER PROCESSING\n\n" + LoopbackServer.Text(Wire.AnswerEvents[0]) + ": ping\n\nid: 1\nretry: 10\n"
            + LoopbackServer.Text(Wire.AnswerEvents[1..]) + LoopbackServer.Text("[DONE]")).Replace("\n", lineEnd, StringComparison.Ordinal);

        (List<ChatResponseUpdate> seen, Exception? thrown) = await StreamAsync(LoopbackServer.Sse(text));

        Assert.That(thrown, Is.Null);
        Assert.That(seen.ToChatResponse().Text, Is.EqualTo("Hello"));
    }

    [Test]
    public async Task Framing_MayBeSplitAtEveryByte()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(LoopbackServer.Text(
            """{"id":"r","choices":[{"index":0,"delta":{"content":"Größe 東京 🙂"}}]}""", """{"id":"r","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"""));

        (List<ChatResponseUpdate> seen, Exception? thrown) = await StreamAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            foreach (byte b in bytes)
            {
                await context.Response.Body.WriteAsync(new[] { b });
                await context.Response.Body.FlushAsync();
            }
        });

        Assert.That(thrown, Is.Null);
        Assert.That(seen.ToChatResponse().Text, Is.EqualTo("Größe 東京 🙂"));
    }

    [Test]
    public async Task OtherChoices_AreNotMixedIn_R2()
    {
        (List<ChatResponseUpdate> seen, _) = await StreamAsync(LoopbackServer.Events(
            """{"id":"r","choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}""",
            """{"id":"r","choices":[{"index":1,"delta":{},"finish_reason":"length"}]}""",
            """{"id":"r","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"""));

        Assert.That(seen.ToChatResponse().Text, Is.EqualTo("a"));
        Assert.That(seen.ToChatResponse().FinishReason, Is.EqualTo(ChatFinishReason.Stop));
    }

    [Test]
    public async Task Ids_ThatChangeDoNotSplitTheMessage_R2()
    {
        (List<ChatResponseUpdate> seen, _) = await StreamAsync(LoopbackServer.Events(
            """{"id":"","choices":[]}""",
            """{"id":"r1","choices":[{"index":0,"delta":{"content":"a"}}]}""",
            """{"id":"r2","choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"stop"}]}"""));

        ChatResponse response = seen.ToChatResponse();

        Assert.That(response.Messages.Single().Text, Is.EqualTo("ab"));
        Assert.That(response.ResponseId, Is.EqualTo("r1"));
    }

    [Test]
    public async Task Updates_ArriveAsTheyAreSent()
    {
        using SemaphoreSlim seenFirst = new(0);
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(LoopbackServer.Text(Piece));
            await context.Response.Body.FlushAsync();
            await seenFirst.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(LoopbackServer.Text(Wire.AnswerEvents[^1], "[DONE]"));
        });
        using IChatClient client = Wire.Client(server);

        // Would never end if the client waited for the whole answer.
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")]))
        {
            if (update.Text.Length > 0)
            {
                seenFirst.Release();
            }
        }

        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Abandoning_ClosesTheConnection()
    {
        TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(LoopbackServer.Text(Piece));
            await context.Response.Body.FlushAsync();
            await aborted.Task;
        });
        using IChatClient client = Wire.Client(server);

        await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")]))
        {
            break;
        }

        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task Cancellation_IsTheCallersInMidStream()
    {
        using CancellationTokenSource source = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(LoopbackServer.Text(Piece));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using IChatClient client = Wire.Client(server);

        Exception? thrown = await Assert.CatchAsync(async () =>
        {
            await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")], null, source.Token))
            {
                await source.CancelAsync();
            }
        });

        Assert.That(thrown, Is.InstanceOf<OperationCanceledException>());
        Assert.That(source.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task Cancellation_IsTheCallersWhileWaiting([Values] bool streaming)
    {
        using CancellationTokenSource source = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using IChatClient client = Wire.Client(server);

        Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming, cancellationToken: source.Token));

        Assert.That(thrown, Is.InstanceOf<OperationCanceledException>());
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Cancellation_BeforeTheCallSendsNothing([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        using IChatClient client = Wire.Client(server);

        Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming, cancellationToken: new CancellationToken(canceled: true)));

        Assert.That(thrown, Is.InstanceOf<OperationCanceledException>());
        Assert.That(server.Requests, Is.Empty);
    }

    private static async Task<(List<ChatResponseUpdate> Seen, Exception? Thrown)> StreamAsync(Func<HttpContext, Task> reply)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(reply);
        using IChatClient client = Wire.Client(server);
        List<ChatResponseUpdate> seen = [];
        try
        {
            await client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")]).CollectAsync(seen);
            return (seen, null);
        }
        catch (Exception e) when (e is not AssertionException)
        {
            return (seen, e);
        }
    }

    private static TestCaseData Error(string data, FailureKind expected) => new(data, expected);
}
