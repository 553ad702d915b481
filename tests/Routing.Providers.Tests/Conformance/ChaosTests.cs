using LlmRouting.Providers.Tests.Dialects;
using LlmRouting.Providers.Tests.OpenAICompatible;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Conformance;

/// <summary>What becomes of the mock server's own ways to fail.</summary>
[TestFixtureSource(typeof(WireDialect), nameof(WireDialect.All))]
public sealed class ChaosTests(WireDialect dialect)
{
    private const string Half = "cut off";

    [TestCase("drop", FailureKind.ServerError, null)]
    [TestCase("malformed", FailureKind.MalformedResponse, null)]
    [TestCase("disconnect", FailureKind.Network, null)]
    [TestCase("ratelimit", FailureKind.RateLimited, 1)]
    public async Task Failure_HasItsKind_R7(string chaos, FailureKind expected, int? retryAfterSeconds)
    {
        foreach (bool streaming in new[] { false, true })
        {
            using ConformanceClient client = new(dialect, routed: true, ($"x-aimock-chaos-{chaos}", "1"));

            RouteFailedException? thrown = await Assert.ThrowsAsync<RouteFailedException>(() => client.Chat.AskAsync(streaming));

            Assert.That(thrown!.Kind, Is.EqualTo(expected), $"streaming {streaming}: {thrown}");
            Assert.That(client.Outcome!.Attempts[0].RetryAfter?.TotalSeconds, Is.EqualTo(retryAfterSeconds));
        }
    }

    [TestCase("drop")]
    [TestCase("malformed")]
    [TestCase("disconnect")]
    [TestCase("ratelimit")]
    public async Task Failure_IsNotSeenWhenAnotherEndpointServes_R1(string chaos)
    {
        foreach (bool streaming in new[] { false, true })
        {
            using RoutedClient routed = Pair(null, ($"x-aimock-chaos-{chaos}", "1"));

            ChatResponse response = await routed.Chat.AskAsync(streaming, messages: [new(ChatRole.User, "say hello")]);

            Assert.That(response.Text, Is.EqualTo("Hello there, how are you today?"));
            Assert.That(routed.Outcome.Attempts.Select(static attempt => attempt.Result), Is.EqualTo(new[] { AttemptResult.Failed, AttemptResult.Succeeded }));
        }
    }

    [Test]
    public async Task Disconnect_InMidStreamNeverLooksLikeAnEnd_R3([Values] bool routed)
    {
        using ConformanceClient client = new(dialect, routed);
        List<ChatResponseUpdate> seen = [];

        Exception? thrown = await Assert.CatchAsync(() => client.Chat.GetStreamingResponseAsync(Half).CollectAsync(seen));

        Assert.That(string.Concat(seen.Select(static update => update.Text)), Does.StartWith("This is "));
        Assert.That(seen.Select(static update => update.FinishReason), Has.All.Null);
        if (routed)
        {
            Assert.That((thrown as RouteFailedException)?.Kind, Is.EqualTo(FailureKind.Network), thrown?.ToString());
            Assert.That(client.Outcome!.Attempts.Single().Result, Is.EqualTo(AttemptResult.Truncated));
        }
    }

    [Test]
    public async Task Latency_IsWaitedFor([Values] bool streaming, [Values] bool routed)
    {
        using ConformanceClient client = new(dialect, routed, ("x-aimock-chaos-latency", "50"));

        ChatResponse response = await client.Chat.AskAsync(streaming, messages: [new(ChatRole.User, "say hello")]);

        Assert.That(response.Text, Is.EqualTo("Hello there, how are you today?"));
    }

    [Test]
    public async Task Latency_BeyondTheLimitMovesOn_R5([Values] bool streaming)
    {
        ManualTimeProvider time = new();
        using RoutedClient routed = Pair(time, ("x-aimock-chaos-latency", "30000"));

        Task<ChatResponse> answer = routed.Chat.AskAsync(streaming, messages: [new(ChatRole.User, "say hello")]);
        time.Advance(streaming ? TimeSpan.FromSeconds(21) : TimeSpan.FromSeconds(61));

        Assert.That((await answer).Text, Is.EqualTo("Hello there, how are you today?"));
        Assert.That(routed.Outcome.Attempts.Select(static attempt => attempt.Failure), Is.EqualTo(new FailureKind?[] { FailureKind.Timeout, null }));
    }

    private RoutedClient Pair(TimeProvider? time, (string Name, string Value) chaos)
    {
        Uri address = ConformanceSetUp.Server.Address;
        return new RoutedClient(dialect, time, ConformanceClient.Headers(0, chaos), address, address);
    }
}
