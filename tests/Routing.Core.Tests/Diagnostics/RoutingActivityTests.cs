using System.Diagnostics;
using LlmRouting.Diagnostics;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Diagnostics;

[Description("S21")]
public sealed class RoutingActivityTests
{
    [Test]
    public async Task Request_IsASpanOverItsAttempts([Values] bool streaming)
    {
        using SpanRecorder spans = new();
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Throwing(static () => new TimeoutException()), new FakeChatClient());

        await client.AskAsync(streaming);

        Activity route = spans.Of(RoutingActivity.Route).Single();
        Activity[] attempts = spans.Of(RoutingActivity.Attempt);
        Assert.That(attempts.Select(static span => span.ParentSpanId), Is.All.EqualTo(route.SpanId));
        Assert.That(attempts.Select(static span => (span.GetTagItem(MetricNames.Model), span.GetTagItem(MetricNames.Result), span.Status)), Is.EqualTo(new (object?, object?, ActivityStatusCode)[]
        {
            ("m1", "failed", ActivityStatusCode.Error),
            ("m2", "succeeded", ActivityStatusCode.Unset),
        }));
        Assert.That((route.GetTagItem(MetricNames.Result), route.GetTagItem(MetricNames.Model), route.GetTagItem(MetricNames.Streaming)), Is.EqualTo(("answered", "m2", streaming)));
        Assert.That(route.Status, Is.EqualTo(ActivityStatusCode.Unset));
    }

    [Test]
    public async Task SpansOfAProvider_StandBelowTheirAttempt([Values] bool streaming)
    {
        using SpanRecorder spans = new();
        ActivitySpanId? current = null;
        FakeChatClient fake = new((_, _, _) =>
        {
            current = Activity.Current?.SpanId;
            return Task.FromResult(FakeChatClient.Answer("ok"));
        });
        using RoutingChatClient client = Pool.InOrder(fake);

        await client.AskAsync(streaming);

        Assert.That(current, Is.EqualTo(spans.Of(RoutingActivity.Attempt).Single().SpanId));
        Assert.That(Activity.Current, Is.SameAs(spans.Root), "nothing is left behind in the caller's context");
    }

    [Test]
    public async Task Failure_MarksTheSpanWithoutItsMessage([Values] bool streaming)
    {
        using SpanRecorder spans = new();
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Throwing(static () => new HttpRequestException("secret")));

        await Assert.ThatAsync(() => client.AskAsync(streaming, messages: [new ChatMessage(ChatRole.User, "secret")]), Throws.InstanceOf<RouteFailedException>());

        Activity route = spans.Of(RoutingActivity.Route).Single();
        Assert.That((route.Status, route.GetTagItem("error.type")), Is.EqualTo((ActivityStatusCode.Error, typeof(RouteFailedException).FullName)));
        IEnumerable<string?> written = spans.All.SelectMany(static span => span.TagObjects.Select(static tag => tag.Value?.ToString()).Append(span.StatusDescription));
        Assert.That(written, Is.All.Not.Contains("secret"));
    }

    [Test]
    public async Task Caller_WhoStopsReading_EndsTheSpan()
    {
        using SpanRecorder spans = new();
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Streaming(Pool.Text("a"), Pool.Text("b"), Pool.End()));

        await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(Pool.Hello))
        {
            break;
        }

        Assert.That(spans.Of(RoutingActivity.Route).Single().GetTagItem(MetricNames.Result), Is.EqualTo("cancelled"));
        Assert.That(spans.Of(RoutingActivity.Attempt).Single().GetTagItem(MetricNames.Result), Is.EqualTo("cancelled"));
    }
}
