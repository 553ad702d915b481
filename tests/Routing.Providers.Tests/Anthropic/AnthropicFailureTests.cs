using System.Globalization;
using System.Net;
using Anthropic.Exceptions;
using LlmRouting.Providers.Anthropic;
using LlmRouting.Providers.Tests.Dialects;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Anthropic;

/// <summary>Real exceptions of the real SDK, from a real server, through the classifier.</summary>
public sealed class AnthropicFailureTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly AnthropicDialect Dialect = new();

    private static readonly TestCaseData[] Replies =
    [
        Reply(400, "invalid_request_error", "messages: at least one message is required", FailureKind.InvalidRequest),
        Reply(400, "invalid_request_error", "prompt is too long: 205000 tokens > 200000 maximum", FailureKind.ContextLengthExceeded),
        Reply(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", FailureKind.ContextLengthExceeded),
        Reply(400, "invalid_request_error", "Your credit balance is too low to access the API.", FailureKind.QuotaExhausted),
        Reply(400, "invalid_request_error", "You have reached your specified API usage limits.", FailureKind.QuotaExhausted),
        Reply(400, "invalid_request_error", "Output blocked by content filtering policy", FailureKind.ContentFiltered),
        Reply(401, "authentication_error", "invalid key", FailureKind.Auth),
        Reply(402, "billing_error", "pay", FailureKind.QuotaExhausted),
        Reply(403, "permission_error", "no", FailureKind.Auth),
        Reply(404, "not_found_error", "model: nothing", FailureKind.NotFound),
        Reply(408, "timeout_error", "late", FailureKind.Timeout),
        Reply(409, "conflict_error", "conflict", FailureKind.ServerError),
        Reply(413, "request_too_large", "large", FailureKind.ContextLengthExceeded),
        Reply(422, "invalid_request_error", "no", FailureKind.InvalidRequest),
        Reply(429, "rate_limit_error", "slow", FailureKind.RateLimited),
        Reply(500, "api_error", "oops", FailureKind.ServerError),
        Reply(503, "api_error", "oops", FailureKind.Overloaded),
        Reply(504, "timeout_error", "late", FailureKind.Timeout),
        Reply(529, "overloaded_error", "busy", FailureKind.Overloaded),
        new(401, "", FailureKind.Auth),
        new(429, "", FailureKind.RateLimited),
        new(502, "<html>Bad gateway</html>", FailureKind.ServerError),
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
        Wait(null, ("Retry-After", "soon")),
        Wait(null),
    ];

    [TestCaseSource(nameof(Replies))]
    public async Task HttpError_HasItsKindAndIsNotRetried_R7(int status, string body, FailureKind expected)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            LoopbackServer.Json(body, status, ("Retry-After", "0"), ("x-should-retry", "true")));
        using IChatClient client = Dialect.Client(server.Address);
        foreach (bool streaming in new[] { false, true })
        {
            server.Requests.Clear();

            Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

            Assert.That(thrown, Is.InstanceOf<AnthropicApiException>());
            Assert.That(new AnthropicFailureClassifier().Classify(thrown!, out _), Is.EqualTo(expected));
            Assert.That(server.Requests, Has.Count.EqualTo(1));
        }
    }

    [TestCaseSource(nameof(Waits))]
    public async Task RetryAfter_IsReadInEveryForm_R8(TimeSpan? expected, (string, string)[] headers)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json("{}", 429, headers));
        using IChatClient client = Dialect.Client(server.Address, new FixedTime(Now));
        foreach (bool streaming in new[] { false, true })
        {
            Exception? thrown = await Assert.CatchAsync(() => client.AskAsync(streaming));

            FailureKind? kind = new AnthropicFailureClassifier().Classify(thrown!, out TimeSpan? retryAfter);

            Assert.That(kind, Is.EqualTo(FailureKind.RateLimited));
            Assert.That(retryAfter, Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task RetryAfter_OfOneCallIsNotAnothers_R8()
    {
        int count = 0;
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            context => LoopbackServer.Json("{}", 429, ("Retry-After", Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture)))(context));
        using IChatClient client = Dialect.Client(server.Address);

        Exception?[] thrown = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => await Assert.CatchAsync(() => client.AskAsync(i % 2 == 0))));

        IEnumerable<double?> waits = thrown.Select(static exception =>
        {
            new AnthropicFailureClassifier().Classify(exception!, out TimeSpan? retryAfter);
            return retryAfter?.TotalSeconds;
        });
        Assert.That(waits, Is.EquivalentTo(Enumerable.Range(1, 20)));
    }

    [Test]
    public async Task Redirect_TakesNoKeyElsewhere_R9([Values] bool streaming)
    {
        await using LoopbackServer other = await LoopbackServer.StartAsync(Dialect.Reply(streaming, "Hello"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json("", 307, ("Location", $"{other.Address}/messages")));
        using IChatClient client = Dialect.Client(server.Address);

        await Assert.CatchAsync(() => client.AskAsync(streaming));

        Assert.That(other.Requests, Is.Empty);
    }

    [Test]
    public void Classifier_KnowsOtherExceptionsToo()
    {
        AnthropicFailureClassifier classifier = new();

        Assert.That(classifier.Classify(new AnthropicIOException("x", new HttpRequestException()), out _), Is.EqualTo(FailureKind.Network));
        Assert.That(classifier.Classify(new AnthropicInvalidDataException("x"), out _), Is.EqualTo(FailureKind.MalformedResponse));
        Assert.That(classifier.Classify(new AnthropicSseException("x"), out _), Is.EqualTo(FailureKind.ServerError));
        Assert.That(
            classifier.Classify(new AnthropicApiException("x", null) { StatusCode = HttpStatusCode.TooManyRequests, ResponseBody = "" }, out _),
            Is.EqualTo(FailureKind.RateLimited));
        Assert.That(classifier.Classify(new InvalidOperationException(), out _), Is.Null);

        ProviderException known = new(FailureKind.Overloaded, "x") { RetryAfter = TimeSpan.FromSeconds(2) };
        Assert.That(classifier.Classify(known, out TimeSpan? retryAfter), Is.EqualTo(FailureKind.Overloaded));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    private static TestCaseData Reply(int status, string type, string message, FailureKind expected) => new(status, Dialect.Failure(type, message), expected);

    private static TestCaseData Wait(TimeSpan? expected, params (string, string)[] headers) =>
        new TestCaseData(expected, headers).SetArgDisplayNames(expected?.ToString() ?? "none", string.Join(", ", headers));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
