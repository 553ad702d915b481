using System.Diagnostics;
using System.Diagnostics.Metrics;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Diagnostics;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Diagnostics;

/// <summary>Shows what telemetry allocates on the thread that asks: bytes are the same in every run, times are not.</summary>
[Description("S21 off costs nothing, on at most 1 KB a request")]
[NonParallelizable]
public sealed class ObservationCostTests
{
    private const int Calls = 500;

    [Test]
    public async Task MetricsThatNobodyListensTo_AllocateNothing()
    {
        using MeterOwner meters = new();
        using RoutingChatClient client = Build(meters);
        RoutingOutcome outcome = (await client.GetResponseAsync(Pool.Hello)).GetRoutingOutcome()!;
        RoutingMetrics metrics = RoutingMetrics.For(meters);
        metrics.RecordRequest(outcome);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            metrics.RecordRequest(outcome);
            metrics.RecordRefusal("reason");
            metrics.RecordClassifier("classifier", TimeSpan.Zero);
            metrics.RecordTruncation("classifier");
            metrics.RecordDecisionLog("written", 1);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public async Task MetricsThatSomebodyListensTo_AllocateAtMostOneKilobyteForARequest([Values] bool streaming)
    {
        using MeterOwner meters = new();
        using RoutingChatClient client = Build(meters);
        long off = await MeasureAsync(client, streaming);

        long measurements = 0;
        using MeterListener listener = meters.Listen(() => measurements++);
        long on = await MeasureAsync(client, streaming);

        Assert.That(measurements, Is.GreaterThan(2 * Calls * 8), "each request is measured by many instruments");
        Assert.That(on - off, Is.LessThanOrEqualTo(1_024));
    }

    [Test]
    public async Task SpansThatNobodyListensTo_AllocateNothing()
    {
        using MeterOwner meters = new();
        using RoutingChatClient client = Build(meters);
        RoutingOutcome outcome = (await client.GetResponseAsync(Pool.Hello)).GetRoutingOutcome()!;
        Trace(outcome);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            Trace(outcome);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void Trace(RoutingOutcome outcome)
        {
            Activity? route = RoutingActivity.StartRoute(isStreaming: false);
            Activity? attempt = RoutingActivity.StartAttempt("model", "endpoint");
            RoutingActivity.StopAttempt(attempt, outcome.Attempts[0]);
            RoutingActivity.SetOutcome(route, outcome);
        }
    }

    [Test]
    [Description("Two spans with their tags: most of it is the platform's, and more than the kilobyte that metrics and the log keep to")]
    public async Task SpansThatSomebodyListensTo_AllocateAtMostTwoAndAHalfKilobytesForARequest([Values] bool streaming)
    {
        using MeterOwner meters = new();
        using RoutingChatClient client = Build(meters);
        long off = await MeasureAsync(client, streaming);

        long spans = 0;
        using ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == RoutingDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ => spans++,
        };
        ActivitySource.AddActivityListener(listener);
        long on = await MeasureAsync(client, streaming);

        Assert.That(spans, Is.EqualTo(2 * Calls * 2), "the request's and its attempt's");
        Assert.That(on - off, Is.InRange(1, 2_560));
    }

    [Test]
    [Description("A sampler that leaves a request out still has a span made of it, to hand its identity on")]
    public async Task SpanThatIsLeftOut_GetsNoTags([Values] bool streaming, [Values] bool fails)
    {
        using RoutingChatClient client = Pool.InOrder(fails ? FakeChatClient.Throwing(static () => new IOException()) : new FakeChatClient());
        List<Activity> spans = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == RoutingDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);

        try
        {
            await client.AskAsync(streaming);
        }
        catch (RouteFailedException) when (fails)
        {
            // Its spans are what the test is about.
        }

        Assert.That(spans, Has.Count.EqualTo(2));
        Assert.That(spans.SelectMany(static span => span.TagObjects), Is.Empty);
        Assert.That(spans.Select(static span => span.Status), Is.All.EqualTo(ActivityStatusCode.Unset));
    }

    [Test]
    public async Task Decision_AllocatesTheSame_WhetherOrNotSomebodyListens()
    {
        using MeterOwner meters = new();
        using RoutingChatClient client = Build(meters);
        long off = await MeasureDecisionsAsync(client.Router);

        using MeterListener listener = meters.Listen(static () => { });
        long on = await MeasureDecisionsAsync(client.Router);

        // A classifier that is measured has one tag.
        Assert.That(on - off, Is.LessThanOrEqualTo(64));
    }

    private static RoutingChatClient Build(IMeterFactory meters) => new RoutingPipeline { Models = Make.Ladder(), MeterFactory = meters }.Build();

    // The fakes answer at once, so the thread stays the same.
    private static async Task<long> MeasureAsync(RoutingChatClient client, bool streaming)
    {
        Microsoft.Extensions.AI.ChatMessage[] messages = Pool.Hello;
        long before = 0;
        for (int i = 0; i < 2 * Calls; i++)
        {
            if (i == Calls)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            await client.AskAsync(streaming, messages: messages);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private static async Task<long> MeasureDecisionsAsync(Router router)
    {
        Microsoft.Extensions.AI.ChatMessage[] messages = Pool.Hello;
        long before = 0;
        for (int i = 0; i < 2 * Calls; i++)
        {
            if (i == Calls)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            await router.DecideAsync(messages);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    /// <summary>Makes one meter, which nobody listens to until somebody does.</summary>
    private sealed class MeterOwner : IMeterFactory
    {
        // A name of its own: whoever listens to the router's meters by name in another test is not meant.
        private readonly Meter _meter = new("LlmRouting.Core.Tests.ObservationCost");

        public Meter Create(MeterOptions options) => _meter;

        public MeterListener Listen(Action measured)
        {
            MeterListener listener = new()
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (ReferenceEquals(instrument.Meter, _meter))
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            listener.SetMeasurementEventCallback<long>((_, _, _, _) => measured());
            listener.SetMeasurementEventCallback<double>((_, _, _, _) => measured());
            listener.Start();
            return listener;
        }

        public void Dispose() => _meter.Dispose();
    }
}
