using System.Net;
using System.Text.Json;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

public sealed class FailoverTests
{
    private static readonly object[][] RecoverableFailures =
    [
        [new HttpRequestException("down"), FailureKind.Network],
        [new HttpRequestException("busy", null, HttpStatusCode.TooManyRequests), FailureKind.RateLimited],
        [new HttpRequestException("broken", null, HttpStatusCode.InternalServerError), FailureKind.ServerError],
        [new HttpRequestException("full", null, HttpStatusCode.ServiceUnavailable), FailureKind.Overloaded],
        [new HttpRequestException("key", null, HttpStatusCode.Unauthorized), FailureKind.Auth],
        [new HttpRequestException("who", null, HttpStatusCode.NotFound), FailureKind.NotFound],
        [new HttpRequestException("pay", null, HttpStatusCode.PaymentRequired), FailureKind.QuotaExhausted],
        [new TimeoutException(), FailureKind.Timeout],
        [new TaskCanceledException("the SDK's own time-out"), FailureKind.Timeout],
        [new IOException("reset"), FailureKind.Network],
        [new JsonException("garbage"), FailureKind.MalformedResponse],
        [new AggregateException(new IOException("first"), new HttpRequestException("last", null, HttpStatusCode.BadGateway)), FailureKind.ServerError],
        [new InvalidOperationException("wrapped", new IOException("inner")), FailureKind.Network],
        [new InvalidOperationException("HTTP 429 (insufficient_quota)"), FailureKind.QuotaExhausted],
        [new InvalidOperationException("the prompt is too long: 300000 tokens"), FailureKind.ContextLengthExceeded],
        [new InvalidOperationException("nobody knows"), FailureKind.Unknown],
        [new ProviderException(FailureKind.Overloaded, "typed"), FailureKind.Overloaded],
    ];

    [TestCaseSource(nameof(RecoverableFailures))]
    public async Task RecoverableFailure_MovesToTheNextModel_R7(Exception failure, FailureKind kind)
    {
        foreach (bool streaming in new[] { false, true })
        {
            FakeChatClient second = new("from the second");
            using RoutingChatClient client = Pool.InOrder(FakeChatClient.Throwing(() => failure), second);

            ChatResponse response = await client.AskAsync(streaming);

            RoutingOutcome outcome = response.GetRoutingOutcome()!;
            Assert.That(response.Text, Is.EqualTo("from the second"));
            Assert.That(outcome.Attempts.Select(attempt => (attempt.ModelId, attempt.Result, attempt.Failure)), Is.EqualTo(new (string, AttemptResult, FailureKind?)[]
            {
                ("m1", AttemptResult.Failed, kind),
                ("m2", AttemptResult.Succeeded, null),
            }));
        }
    }

    [Test]
    public async Task RequestThatIsWrongItself_StopsTheWalk_R7([Values] bool streaming)
    {
        FakeChatClient second = new();
        using RoutingChatClient client = Pool.InOrder(
            FakeChatClient.Throwing(static () => new HttpRequestException("bad", null, HttpStatusCode.BadRequest)), second);

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.Kind, Is.EqualTo(FailureKind.InvalidRequest));
        Assert.That(error.InnerException, Is.InstanceOf<HttpRequestException>());
        Assert.That(second.Calls, Is.Empty);
    }

    [Test]
    public async Task ContextLengthExceeded_OnlyTriesLargerWindows_R7([Values] bool streaming)
    {
        FakeChatClient same = new("same window");
        FakeChatClient larger = new("larger window");
        FakeChatClient tooSmall = FakeChatClient.Throwing(static () => new ProviderException(FailureKind.ContextLengthExceeded, "too long"));
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), tooSmall, same, larger);
        pipeline.Models =
        [
            new(Pool.Profile("m1") with { ContextTokens = 8000 }, new ModelEndpoint(tooSmall)),
            new(Pool.Profile("m2") with { ContextTokens = 8000 }, new ModelEndpoint(same)),
            new(Pool.Profile("m3") with { ContextTokens = 32000 }, new ModelEndpoint(larger)),
        ];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("larger window"));
        Assert.That(same.Calls, Is.Empty);
        Assert.That(response.GetRoutingOutcome()!.Attempts[1].Result, Is.EqualTo(AttemptResult.Skipped));
    }

    [Test]
    public async Task SecondEndpoint_OfTheSameModelIsTriedBeforeTheNextModel([Values] bool streaming)
    {
        FakeChatClient next = new("next model");
        LlmRouting.Pipeline.RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings());
        pipeline.Models =
        [
            new(Pool.Profile("m1"), [new ModelEndpoint(FakeChatClient.Throwing(static () => new IOException()), "a"), new ModelEndpoint(new FakeChatClient("endpoint b"), "b")]),
            new(Pool.Profile("m2"), new ModelEndpoint(next)),
        ];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("endpoint b"));
        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(attempt => attempt.Endpoint), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(next.Calls, Is.Empty);
    }

    [Test]
    public async Task EmptyAnswer_MovesToTheNextModel([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient(""), new FakeChatClient("content"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("content"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.EmptyResponse));
    }

    [Test]
    public async Task ErrorContent_MovesToTheNextModel([Values] bool streaming)
    {
        FakeChatClient failing = new((_, _, _) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant,
            [new ErrorContent("quota") { ErrorCode = "insufficient_quota" }])) { FinishReason = ChatFinishReason.Stop }));
        using RoutingChatClient client = Pool.InOrder(failing, new FakeChatClient("content"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("content"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.QuotaExhausted));
    }

    [Test]
    public async Task ContentFilter_GoesToTheCallerByDefault([Values] bool streaming)
    {
        FakeChatClient second = new();
        using RoutingChatClient client = Pool.InOrder(Filtered(), second);

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.ContentFilter));
        Assert.That(second.Calls, Is.Empty);
    }

    [Test]
    public async Task ContentFilter_MovesOnWhenConfigured([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(new ExecutionSettings { FailoverOnContentFilter = true }, Filtered(), new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("second"));
    }

    [Test]
    public async Task Refusal_GoesToTheCallerByDefault_AndMovesOnWhenConfigured([Values] bool streaming, [Values] bool failover)
    {
        FakeChatClient refusing = new((_, _, _) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant,
            [new ErrorContent("I will not") { ErrorCode = "Refusal" }])) { FinishReason = ChatFinishReason.Stop }));
        using RoutingChatClient client = Pool.InOrder(new ExecutionSettings { FailoverOnRefusal = failover }, refusing, new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo(failover ? "second" : ""));
        Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo(failover ? "m2" : "m1"));
    }

    [Test]
    public async Task AllFail_ErrorKeepsEveryAttempt_AndLeadsWithTheMostUsefulOne_R11([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(
            FakeChatClient.Throwing(static () => new IOException("net")),
            FakeChatClient.Throwing(static () => new HttpRequestException("key", null, HttpStatusCode.Unauthorized)),
            FakeChatClient.Throwing(static () => new TimeoutException()));

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.Kind, Is.EqualTo(FailureKind.Auth));
        Assert.That(error.InnerException, Is.InstanceOf<HttpRequestException>());
        Assert.That(error.Outcome!.Attempts.Select(attempt => attempt.Failure), Is.EqualTo(new FailureKind?[] { FailureKind.Network, FailureKind.Auth, FailureKind.Timeout }));
        Assert.That(error.Message, Does.Contain("'m2' (Auth)").And.Contain("Check the key").And.Contain("m1/default Failed").And.Contain("m3/default Failed"));
    }

    [Test]
    public async Task FailureWithRetryAfter_IsPassedOn_R8([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(
            FakeChatClient.Throwing(static () => new ProviderException(FailureKind.RateLimited, "slow down") { RetryAfter = TimeSpan.FromSeconds(30) }),
            FakeChatClient.Throwing(static () => new ProviderException(FailureKind.RateLimited, "slow down") { RetryAfter = TimeSpan.FromSeconds(7) }));

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(7)));
        Assert.That(error.Outcome!.Attempts[0].RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task ErrorMessages_HoldNothingOfTheRequest([Values] bool streaming)
    {
        const string Secret = "my password is hunter2";
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Throwing(static () => new InvalidOperationException(Secret)));

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() =>
            client.AskAsync(streaming, messages: [new ChatMessage(ChatRole.User, Secret)]));

        Assert.That(error!.Message, Does.Not.Contain("hunter2"));
        Assert.That(error.Outcome!.ToString() + string.Join("", error.Outcome.Attempts) + string.Join("", error.Outcome.Decision.Steps), Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task StateThatAProviderKeeps_IsSentToNoOther([Values] bool streaming, [Values] bool isBackground)
    {
        FakeChatClient first = FakeChatClient.Throwing(static () => new IOException());
        FakeChatClient elsewhere = new("does not know the conversation");
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), first, elsewhere);
        pipeline.Models =
        [
            new RoutableModel(Pool.Profile("m1"), [new ModelEndpoint(first, "here"), new ModelEndpoint(elsewhere, "elsewhere")]),
            Pool.Model("m2", elsewhere),
        ];
        using RoutingChatClient client = pipeline.Build();
        ChatOptions options = isBackground
            ? new() { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) }
            : new() { ConversationId = "conversation-1" };

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming, options));

        Assert.That(error!.Kind, Is.EqualTo(FailureKind.Network));
        Assert.That(elsewhere.Calls, Is.Empty);
    }

    [Test]
    public async Task FailureClassifierThatThrows_KnowsNothing_AndLeavesNoCallOpen([Values] bool streaming)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), FakeChatClient.Throwing(static () => new IOException()), new FakeChatClient("second"));
        pipeline.FailureClassifiers = [new Broken()];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.Network));
        Assert.That(pipeline.Models.Sum(static model => model.Endpoints.Sum(static endpoint => endpoint.InFlight)), Is.Zero);
    }

    [Test]
    public async Task NestedRouterWithoutACandidate_IsPassedOver([Values] bool streaming)
    {
        RoutingPipeline inner = new() { Models = [new RoutableModel(Pool.Profile("tiny") with { ContextTokens = 1 }, new ModelEndpoint(new FakeChatClient("inner")))] };
        using RoutingChatClient nested = inner.Build();
        using RoutingChatClient client = Pool.InOrder(nested, new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("second"));
    }

    private static FakeChatClient Filtered() => new((_, _, _) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "")) { FinishReason = ChatFinishReason.ContentFilter }));

    private sealed class Broken : IFailureClassifier
    {
        public FailureKind? Classify(Exception exception, out TimeSpan? retryAfter) => throw new InvalidOperationException();
    }
}
