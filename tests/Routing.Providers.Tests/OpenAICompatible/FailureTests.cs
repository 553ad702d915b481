using System.ClientModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

/// <summary>Real exceptions of the real SDK, from a real server, through the classifier.</summary>
public sealed class FailureTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private static readonly TestCaseData[] Replies =
    [
        new(400, """{"error":{"message":"bad","type":"invalid_request_error"}}""", FailureKind.InvalidRequest),
        new(400, """{"error":{"message":"long","type":"invalid_request_error","code":"context_length_exceeded"}}""", FailureKind.ContextLengthExceeded),
        new(400, """{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","code":400}""", FailureKind.ContextLengthExceeded),
        new(400, """{"error":{"code":400,"message":"request exceeds the available context size","type":"exceed_context_size_error"}}""", FailureKind.ContextLengthExceeded),
        new(400, """{"error":{"message":"filtered","code":"content_filter","status":400}}""", FailureKind.ContentFiltered),
        new(400, """{"error":{"message":"gone","code":"model_decommissioned"}}""", FailureKind.NotFound),
        new(401, """{"error":{"message":"no","code":"invalid_api_key"}}""", FailureKind.Auth),
        new(401, "", FailureKind.Auth),
        new(402, """{"error":{"message":"pay","code":402}}""", FailureKind.QuotaExhausted),
        new(403, """{"error":{"message":"no"}}""", FailureKind.Auth),
        new(403, """{"error":{"code":403,"message":"flagged","metadata":{"reasons":["x"],"flagged_input":"y"}}}""", FailureKind.ContentFiltered),
        new(404, """{"error":{"message":"none","code":"model_not_found"}}""", FailureKind.NotFound),
        new(404, """{"error":"model 'x' not found"}""", FailureKind.NotFound),
        new(408, "", FailureKind.Timeout),
        new(409, "", FailureKind.ServerError),
        new(413, "", FailureKind.ContextLengthExceeded),
        new(413, """{"error":{"message":"Request too large for model","type":"tokens","code":"rate_limit_exceeded"}}""", FailureKind.ContextLengthExceeded),
        new(422, """{"detail":[{"loc":["body"]}]}""", FailureKind.InvalidRequest),
        new(429, """{"error":{"message":"slow","type":"requests","code":"rate_limit_exceeded"}}""", FailureKind.RateLimited),
        new(429, """{"error":{"message":"quota","type":"insufficient_quota","code":"insufficient_quota"}}""", FailureKind.QuotaExhausted),
        new(429, """[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]""", FailureKind.RateLimited),
        new(429, "", FailureKind.RateLimited),
        new(500, """{"error":{"message":"oops","type":"server_error"}}""", FailureKind.ServerError),
        new(502, "<html>Bad gateway</html>", FailureKind.ServerError),
        new(503, """{"error":{"message":"busy"}}""", FailureKind.Overloaded),
        new(504, "", FailureKind.ServerError),
        new(529, "", FailureKind.Overloaded),
        new(302, "", FailureKind.NotFound),
    ];

    private static readonly TestCaseData[] Waits =
    [
        Wait(TimeSpan.FromSeconds(7), ("Retry-After", "7")),
        Wait(TimeSpan.FromSeconds(90), ("Retry-After", Now.AddSeconds(90).ToString("r", CultureInfo.InvariantCulture))),
        Wait(TimeSpan.Zero, ("Retry-After", Now.AddSeconds(-90).ToString("r", CultureInfo.InvariantCulture))),
        Wait(TimeSpan.FromMilliseconds(1500), ("retry-after-ms", "1500")),
        Wait(TimeSpan.FromMilliseconds(1500), ("retry-after-ms", "1500"), ("Retry-After", "9")),
        Wait(TimeSpan.FromSeconds(90.5), ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m30.5s")),
        Wait(TimeSpan.FromMilliseconds(120), ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "120ms")),
        Wait(null, ("x-ratelimit-remaining-tokens", "5"), ("x-ratelimit-reset-tokens", "120ms")),
        Wait(null, ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "soon")),
        Wait(null, ("Retry-After", "soon")),
        Wait(null, ("Retry-After", "-5")),
        Wait(null, ("Retry-After", "1e300")),
        Wait(null),
    ];

    [TestCaseSource(nameof(Replies))]
    public async Task HttpError_HasItsKindAndIsNotRetried_R7(int status, string body, FailureKind expected)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(body, status, ("Retry-After", "0")));
        using IChatClient client = Wire.Client(server);
        foreach (bool streaming in new[] { false, true })
        {
            server.Requests.Clear();

            Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

            Assert.That(thrown, Is.InstanceOf<ClientResultException>());
            Assert.That(new OpenAIFailureClassifier().Classify(thrown!, out _), Is.EqualTo(expected));
            Assert.That(server.Requests, Has.Count.EqualTo(1));
        }
    }

    [TestCaseSource(nameof(Waits))]
    public async Task RetryAfter_IsReadInEveryForm_R8(TimeSpan? expected, (string, string)[] headers)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json("{}", 429, headers));
        using IChatClient client = Wire.Client(server);
        OpenAIFailureClassifier classifier = new(new FixedTime(Now));
        foreach (bool streaming in new[] { false, true })
        {
            Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

            FailureKind? kind = classifier.Classify(thrown!, out TimeSpan? retryAfter);

            Assert.That(kind, Is.EqualTo(FailureKind.RateLimited));
            Assert.That(retryAfter, Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task ConnectionRefused_IsANetworkFailure([Values] bool streaming)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using IChatClient client = Wire.Client(new Uri($"http://127.0.0.1:{port}/v1"));

        Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

        Assert.That(new OpenAIFailureClassifier().Classify(thrown!, out _), Is.EqualTo(FailureKind.Network));
    }

    [Test]
    public async Task Key_ThatAServiceRepeatsIsInNoException_R9([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            LoopbackServer.Json($$$"""{"error":{"message":"Incorrect key: {{{Wire.Key}}}","code":"invalid_api_key"}}""", 401, ("Retry-After", "3")));
        using IChatClient client = Wire.Client(server);

        Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

        Assert.That(thrown!.ToString(), Does.Not.Contain(Wire.Key));
        Assert.That(new OpenAIFailureClassifier().Classify(thrown, out TimeSpan? retryAfter), Is.EqualTo(FailureKind.Auth));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public async Task Redirect_TakesNoKeyElsewhere_R9([Values("openai-compatible", "azure-openai")] string kind)
    {
        await using LoopbackServer other = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            LoopbackServer.Json("", 307, ("Location", $"{other.Address}/chat/completions")));
        using IChatClient client = Wire.Client(server, kind);

        await Assert.CatchAsync(() => client.AskAsync(streaming: false));

        Assert.That(other.Requests, Is.Empty);
    }

    [Test]
    public void Classifier_KnowsOtherExceptionsToo()
    {
        OpenAIFailureClassifier classifier = new();

        Assert.That(classifier.Classify(new JsonException(), out _), Is.EqualTo(FailureKind.MalformedResponse));
        Assert.That(classifier.Classify(new IOException(), out _), Is.EqualTo(FailureKind.Network));
        Assert.That(classifier.Classify(new ClientResultException("x"), out _), Is.EqualTo(FailureKind.Network));
        Assert.That(classifier.Classify(new ClientResultException("x", null, new TimeoutException()), out _), Is.EqualTo(FailureKind.Timeout));
        Assert.That(classifier.Classify(new InvalidOperationException(), out _), Is.Null);

        ProviderException known = new(FailureKind.Overloaded, "x") { RetryAfter = TimeSpan.FromSeconds(2) };
        Assert.That(classifier.Classify(known, out TimeSpan? retryAfter), Is.EqualTo(FailureKind.Overloaded));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    private static TestCaseData Wait(TimeSpan? expected, params (string, string)[] headers) =>
        new TestCaseData(expected, headers).SetArgDisplayNames(expected?.ToString() ?? "none", string.Join(", ", headers));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
