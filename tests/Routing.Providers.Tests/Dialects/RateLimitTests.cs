using LlmRouting.Providers.Tests.OpenAICompatible;
using LlmRouting.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>What the services say is left of their limits reaches the router, and the caller.</summary>
[TestFixtureSource(typeof(WireDialect), nameof(WireDialect.All))]
public sealed class RateLimitTests(WireDialect dialect)
{
    [Test]
    public async Task Limits_AreAttachedToTheAnswer_R8([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Reply(streaming, requests: 59, requestsReset: 360, tokens: 149_984, tokensReset: 1));
        using IChatClient client = dialect.Client(server.Address, new ManualTimeProvider());

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("Hello"));
        Assert.That(RateLimitState.From(response.AdditionalProperties), Is.EqualTo(new RateLimitState
        {
            RemainingRequests = 59,
            RequestsResetAfter = TimeSpan.FromMinutes(6),
            RemainingTokens = 149_984,
            TokensResetAfter = TimeSpan.FromSeconds(1),
        }));
    }

    [Test]
    public async Task Nothing_IsAttachedWithoutTheHeaders([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(dialect.Reply(streaming, "Hello"));
        using IChatClient client = dialect.Client(server.Address);

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.AdditionalProperties, Is.Null.Or.Empty);
    }

    [Test]
    public async Task Endpoint_WithNothingLeftIsPassedOverUntilItsLimitsStartAfresh_R8([Values] bool streaming)
    {
        ManualTimeProvider time = new();
        await using LoopbackServer full = await LoopbackServer.StartAsync(Reply(streaming, requests: 0, requestsReset: 9, tokens: 100_000, tokensReset: 1));
        await using LoopbackServer other = await LoopbackServer.StartAsync(dialect.Reply(streaming, "Hello"));
        using RoutedClient routed = new(dialect, time, [("LlmRouting:Execution:EndpointOrder", "InOrder")], full.Address, other.Address);

        await routed.Chat.AskAsync(streaming);
        await routed.Chat.AskAsync(streaming);
        int whileFull = full.Requests.Count;
        time.Advance(TimeSpan.FromSeconds(10));
        await routed.Chat.AskAsync(streaming);

        Assert.That(whileFull, Is.EqualTo(1));
        Assert.That(other.Requests, Has.Count.EqualTo(1));
        Assert.That(full.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Failure_WithoutRetryAfterIsWaitedForByTheLimitThatWasHit_R8([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            LoopbackServer.Json(dialect.Failure("rate_limit_error", "slow down"), 429, Headers(requests: 12, requestsReset: 1, tokens: 0, tokensReset: 44)));
        using RoutedClient routed = new(dialect, new ManualTimeProvider(), [("LlmRouting:Execution:MaxAttempts", "1")], server.Address);

        RouteFailedException? thrown = await Assert.ThrowsAsync<RouteFailedException>(() => routed.Chat.AskAsync(streaming));

        Assert.That(thrown!.Kind, Is.EqualTo(FailureKind.RateLimited));
        Assert.That(routed.Outcome.Attempts[0].RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(44)));
    }

    private Func<HttpContext, Task> Reply(bool streaming, int requests, int requestsReset, int tokens, int tokensReset) => async context =>
    {
        foreach ((string name, string value) in Headers(requests, requestsReset, tokens, tokensReset))
        {
            context.Response.Headers[name] = value;
        }

        await dialect.Reply(streaming, "Hello")(context);
    };

    private (string Name, string Value)[] Headers(int requests, int requestsReset, int tokens, int tokensReset)
    {
        DateTimeOffset now = new ManualTimeProvider().GetUtcNow();
        return dialect is OpenAIDialect
            ? [
                ("x-ratelimit-limit-requests", "60"),
                ("x-ratelimit-remaining-requests", $"{requests}"),
                ("x-ratelimit-reset-requests", $"{requestsReset / 60}m{requestsReset % 60}s"),
                ("x-ratelimit-remaining-tokens", $"{tokens}"),
                ("x-ratelimit-reset-tokens", $"{tokensReset * 1000}ms"),
            ]
            : [
                ("anthropic-ratelimit-requests-limit", "60"),
                ("anthropic-ratelimit-requests-remaining", $"{requests}"),
                ("anthropic-ratelimit-requests-reset", $"{now.AddSeconds(requestsReset):yyyy-MM-dd'T'HH:mm:ss'Z'}"),
                ("anthropic-ratelimit-tokens-remaining", $"{tokens}"),
                ("anthropic-ratelimit-tokens-reset", $"{now.AddSeconds(tokensReset):yyyy-MM-dd'T'HH:mm:ss'Z'}"),
            ];
    }
}
