using LlmRouting.Providers.Tests.OpenAICompatible;
using LlmRouting.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>What the whole router makes of services that behave badly, over both adapters and real connections.</summary>
[TestFixtureSource(typeof(WireDialect), nameof(WireDialect.All))]
public sealed class RoutedFaultTests(WireDialect dialect)
{
    private static readonly TimeSpan BeyondTheLimits = TimeSpan.FromSeconds(21);

    [Test]
    public async Task Stall_BeforeTheFirstContentMovesOnToTheNextEndpoint_R5()
    {
        ManualTimeProvider time = new();
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LoopbackServer silent = await LoopbackServer.StartAsync(WireFaultTests.Stalled(dialect.Opening, reached));
        await using LoopbackServer healthy = await LoopbackServer.StartAsync(dialect.Reply(streaming: true, "Hello"));
        using RoutedClient routed = new(dialect, time, null, silent.Address, healthy.Address);

        Task<ChatResponse> answer = routed.Chat.AskAsync(streaming: true);
        await reached.Task;
        time.Advance(BeyondTheLimits);

        Assert.That((await answer).Text, Is.EqualTo("Hello"));
        Assert.That(routed.Outcome.Attempts.Select(static attempt => attempt.Failure), Is.EqualTo(new FailureKind?[] { FailureKind.Timeout, null }));
    }

    [Test]
    public async Task Stall_InMidStreamIsCutByOurIdleTimeout_R5()
    {
        ManualTimeProvider time = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(WireFaultTests.Stalled(dialect.Opening + dialect.Piece("Hel")));
        using RoutedClient routed = new(dialect, time, null, server.Address);
        await using IAsyncEnumerator<ChatResponseUpdate> updates = routed.Chat.GetStreamingResponseAsync("Hi").GetAsyncEnumerator();
        while (await updates.MoveNextAsync() && updates.Current.Text != "Hel")
        {
        }

        ValueTask<bool> next = updates.MoveNextAsync();
        time.Advance(BeyondTheLimits);
        RouteFailedException? thrown = await Assert.ThrowsAsync<RouteFailedException>(async () => await next);

        Assert.That(thrown!.Kind, Is.EqualTo(FailureKind.Timeout));
        Assert.That(routed.Outcome.Attempts.Single().Result, Is.EqualTo(AttemptResult.Truncated));
    }

    [Test]
    public async Task Trickle_IsNotCutWhileEachPieceComesInTime()
    {
        ManualTimeProvider time = new();
        using SemaphoreSlim next = new(1);
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            foreach (string piece in new[] { dialect.Opening + dialect.Piece("0"), dialect.Piece("1"), dialect.Piece("2"), dialect.Piece("3"), dialect.Ending })
            {
                await next.WaitAsync();
                await context.Response.WriteAsync(piece);
                await context.Response.Body.FlushAsync();
            }
        });
        using RoutedClient routed = new(dialect, time, null, server.Address);

        string text = "";
        await foreach (ChatResponseUpdate update in routed.Chat.GetStreamingResponseAsync("Hi"))
        {
            if (update.Text.Length > 0)
            {
                text += update.Text;
                time.Advance(TimeSpan.FromSeconds(15));
                next.Release();
            }
        }

        Assert.That(text, Is.EqualTo("0123"));
        Assert.That(routed.Outcome.Attempts.Single().Elapsed, Is.EqualTo(TimeSpan.FromSeconds(60)));
    }

    [Test]
    public async Task ErrorEvent_BeforeTheFirstContentMovesOn_R3()
    {
        await using LoopbackServer broken = await LoopbackServer.StartAsync(LoopbackServer.Sse(dialect.Opening + dialect.ErrorFrame("overloaded_error", "busy")));
        await using LoopbackServer healthy = await LoopbackServer.StartAsync(dialect.Reply(streaming: true, "Hello"));
        using RoutedClient routed = new(dialect, null, null, broken.Address, healthy.Address);

        ChatResponse response = await routed.Chat.AskAsync(streaming: true);

        Assert.That(response.Text, Is.EqualTo("Hello"));
        Assert.That(routed.Outcome.Attempts[0].Failure, Is.EqualTo(FailureKind.Overloaded));
    }

    [Test]
    public async Task RetryAfter_IsInTheRecord_R8([Values] bool streaming)
    {
        await using LoopbackServer busy = await LoopbackServer.StartAsync(
            LoopbackServer.Json(dialect.Failure("rate_limit_error", "slow down"), 429, ("Retry-After", "7")));
        await using LoopbackServer healthy = await LoopbackServer.StartAsync(dialect.Reply(streaming, "Hello"));
        using RoutedClient routed = new(dialect, null, null, busy.Address, healthy.Address);

        await routed.Chat.AskAsync(streaming);

        Assert.That(routed.Outcome.Attempts[0].Failure, Is.EqualTo(FailureKind.RateLimited));
        Assert.That(routed.Outcome.Attempts[0].RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(7)));
    }

    [Test]
    public async Task Usage_IsCountedOnce_R15([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(dialect.Reply(streaming, "Hel", "lo"));
        using RoutedClient routed = new(dialect, null, null, server.Address);

        ChatResponse response = await routed.Chat.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("Hello"));
        Assert.That(routed.Outcome.Attempts.Single().InputTokens, Is.EqualTo(12));
        Assert.That(routed.Outcome.Attempts.Single().OutputTokens, Is.EqualTo(3));
    }

    [Test]
    public async Task UnsentOptions_AreInTheRecordAndLoggedOnce([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(dialect.Reply(streaming, "Hello"));
        using RoutedClient routed = new(dialect, null, null, server.Address);
        ChatOptions options = new() { TopK = 40, MaxOutputTokens = 10 };

        ChatResponse first = await routed.Chat.AskAsync(streaming, options);
        await routed.Chat.AskAsync(streaming, options);
        ChatResponse plain = await routed.Chat.AskAsync(streaming);

        Assert.That(first.GetUnsentOptions(), Is.EqualTo(new[] { "TopK" }));
        Assert.That(routed.Observer.Outcomes.Select(static outcome => outcome.Attempts.Single().UnsentOptions.ToArray()), Is.EqualTo(new string[][] { ["TopK"], ["TopK"], [] }));
        Assert.That(plain.GetUnsentOptions(), Is.Empty);
        Assert.That(routed.Log.Lines.Where(static line => line.Contains("'TopK'", StringComparison.Ordinal)), Has.Exactly(1).StartsWith("Warning"));
        Assert.That(server.Requests.Any(static request => request.Body.TryGetProperty("top_k", out _)), Is.False);
    }
}
