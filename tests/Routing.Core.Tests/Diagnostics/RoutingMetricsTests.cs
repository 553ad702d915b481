using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Reflection;
using LlmRouting.Budgets;
using LlmRouting.Core.Tests.Shape;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Diagnostics;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Diagnostics;

[Description("S21")]
public sealed class RoutingMetricsTests
{
    [Test]
    public async Task Answer_IsCountedWithItsCostTokensAndTime([Values] bool streaming)
    {
        using MetricRecorder metrics = new();
        using RoutingChatClient client = Build(metrics, new FakeChatClient());

        ChatResponse response = await client.AskAsync(streaming);

        RoutingOutcome outcome = response.GetRoutingOutcome()!;
        Measured request = metrics.Of(MetricNames.Requests).Single();
        Assert.That(
            (request.Value, request[MetricNames.Result], request[MetricNames.Model], request[MetricNames.DecidedBy]),
            Is.EqualTo((1.0, "answered", "m1", "fixed")));
        Assert.That(metrics.Of(MetricNames.RequestDuration).Single().Value, Is.EqualTo(outcome.Elapsed.TotalSeconds));
        Assert.That(metrics.Of(MetricNames.DecisionDuration).Single().Value, Is.EqualTo(outcome.Decision.Elapsed.TotalSeconds));
        Assert.That(metrics.Of(MetricNames.RequestCost).Single().Value, Is.EqualTo((double)outcome.CostUsd).And.Positive);
        Assert.That(metrics.Of(MetricNames.Cost).Single()[MetricNames.Certainty], Is.EqualTo("exact"));
        Assert.That(
            metrics.Of(MetricNames.Tokens).Select(static measured => (measured[MetricNames.TokenType], measured.Value)),
            Is.EquivalentTo(new (object?, double)[] { ("input", 10), ("output", 5) }));
        Assert.That(metrics.Of(MetricNames.TimeToFirstToken), Has.Count.EqualTo(streaming ? 1 : 0));
        Assert.That(metrics.Of(MetricNames.Failures), Is.Empty);
    }

    [Test]
    public async Task Failover_CountsTheFailureByItsKind([Values] bool streaming)
    {
        using MetricRecorder metrics = new();
        using RoutingChatClient client = Build(metrics, FakeChatClient.Throwing(static () => new TimeoutException()), new FakeChatClient());

        await client.AskAsync(streaming);

        Measured failure = metrics.Of(MetricNames.Failures).Single();
        Assert.That((failure[MetricNames.Model], failure[MetricNames.Endpoint], failure[MetricNames.Failure]), Is.EqualTo(("m1", "default", "timeout")));
        Assert.That(metrics.Of(MetricNames.Attempts).Select(static attempt => attempt[MetricNames.Result]), Is.EqualTo(new[] { "failed", "succeeded" }));
        Assert.That(metrics.Of(MetricNames.Failovers).Single()[MetricNames.Model], Is.EqualTo("m2"));
        Assert.That(metrics.Of(MetricNames.Escalations), Is.Empty);
    }

    [Test]
    [Description("S21: a hedge that fails beside the attempt that answers hands nothing over")]
    public void HedgeThatFails_CountsAsNoFailover()
    {
        using MetricRecorder metrics = new();
        RoutingAttempt answer = new() { ModelId = "m1", Endpoint = "default", Result = AttemptResult.Succeeded, Elapsed = TimeSpan.FromSeconds(5) };
        RoutingAttempt hedge = answer with { ModelId = "m2", Result = AttemptResult.Failed, Failure = FailureKind.ServerError, IsHedge = true };
        RoutingMetrics.For(metrics).RecordRequest(Outcome(hedge, answer));
        int beside = metrics.Of(MetricNames.Failovers).Count;

        RoutingMetrics.For(metrics).RecordRequest(Outcome(hedge with { IsHedge = false }, answer with { IsHedge = true }));

        Assert.That((beside, metrics.Of(MetricNames.Failovers).Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Rejection_CountsAsAnEscalation([Values] bool streaming)
    {
        using MetricRecorder metrics = new();
        RoutingPipeline pipeline = Pipeline(metrics, new FakeChatClient("bad"), new FakeChatClient());
        pipeline.Validators = [new RejectText("bad")];
        using RoutingChatClient client = pipeline.Build();

        await client.AskAsync(streaming);

        Assert.That(metrics.Of(MetricNames.Escalations).Single()[MetricNames.Model], Is.EqualTo("m2"));
        Assert.That(metrics.Of(MetricNames.Failovers), Is.Empty);
    }

    [Test]
    [Description("S21: whoever listens takes no answer with him")]
    public async Task ListenerThatThrows_CostsNoAnswer([Values] bool streaming)
    {
        using MetricRecorder metrics = new();
        using RecordingLoggerFactory logs = new();
        RoutingPipeline pipeline = Pipeline(metrics, new FakeChatClient());
        pipeline.LoggerFactory = logs;
        using RoutingChatClient client = pipeline.Build();
        using MeterListener broken = new();
        broken.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter) && instrument.Name == MetricNames.RequestDuration)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        broken.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("broken listener"));
        broken.Start();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("ok"));
        Assert.That(logs.Of(EventIds.ObserverFailed).ToArray(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Request_ThatFails_IsCountedAsFailed([Values] bool streaming)
    {
        using MetricRecorder metrics = new();
        using RoutingChatClient client = Build(metrics, FakeChatClient.Throwing(static () => new TimeoutException()));

        await Assert.ThatAsync(() => client.AskAsync(streaming), Throws.InstanceOf<RouteFailedException>());

        Assert.That(metrics.Of(MetricNames.Requests).Single()[MetricNames.Result], Is.EqualTo("failed"));
    }

    [Test]
    public async Task Stream_ThatBreaks_IsCountedAsTruncated()
    {
        using MetricRecorder metrics = new();
        using RoutingChatClient client = Build(metrics, FakeChatClient.Streaming(Pool.Text("half"), new IOException()));

        await Assert.ThatAsync(() => client.AskAsync(streaming: true), Throws.InstanceOf<RouteFailedException>());

        Assert.That(metrics.Of(MetricNames.Requests).Single()[MetricNames.Result], Is.EqualTo("truncated"));
    }

    [Test]
    public async Task Request_ThatNoModelMayServe_IsCountedAsRefused([Values] bool streaming)
    {
        using MetricRecorder metrics = new();
        using RoutingChatClient client = Build(metrics, new FakeChatClient());
        ChatOptions tooCheap = new ChatOptions().WithRouting(static hints => hints.MaxCostUsd = 0);

        await Assert.ThatAsync(() => client.AskAsync(streaming, tooCheap), Throws.InstanceOf<NoCandidateException>());

        Measured request = metrics.Of(MetricNames.Requests).Single();
        Assert.That((request[MetricNames.Result], request[MetricNames.Reason]), Is.EqualTo(("refused", nameof(NoCandidateException))));
    }

    [Test]
    public async Task Saved_IsMeasuredAgainstTheReferenceModel([Values] bool streaming, [Values(null, "m2")] string? reference)
    {
        using MetricRecorder metrics = new();
        RoutingPipeline pipeline = Pipeline(metrics, new FakeChatClient());
        pipeline.Models = [pipeline.Models[0], Pool.Model("m2", quality: 0.7, price: 3), Pool.Model("m3", quality: 0.9, price: 11)];
        pipeline.ReferenceModel = reference;
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        // 10 tokens in, 5 out at four times the price: 30 times the price of a million tokens, over a million.
        decimal expected = (reference is null ? 11 : 3) * 30m / 1_000_000m;
        RoutingOutcome outcome = response.GetRoutingOutcome()!;
        Assert.That(outcome.ReferenceCostUsd, Is.EqualTo(expected));
        Assert.That(outcome.SavedUsd, Is.EqualTo(expected - 0.000_03m));
        Assert.That(metrics.Of(MetricNames.Saved).Single().Value, Is.EqualTo((double)outcome.SavedUsd!));
    }

    [Test]
    public async Task Budgets_OfOneAccountReportWhatIsLeft()
    {
        using MetricRecorder metrics = new();
        RoutingPipeline pipeline = Pipeline(metrics, new FakeChatClient());
        pipeline.Budgets = new BudgetLedger(
            [new BudgetRule { Name = "daily", LimitUsd = 1 }, new BudgetRule { Name = "tenants", LimitUsd = 1, Scope = BudgetScope.Per(BudgetScopeKind.Tenant) }]);
        using RoutingChatClient client = pipeline.Build();
        await client.GetResponseAsync(Pool.Hello);

        metrics.Observe();

        Measured left = metrics.Of(MetricNames.BudgetLeft).Single();
        Assert.That((left[MetricNames.Budget], left.Value), Is.EqualTo(("daily", (double)(1 - 0.000_03m))));
        Assert.That(metrics.Of(MetricNames.BudgetUsed).Single().Value, Is.EqualTo(0.000_03).Within(1e-12));
    }

    [Test]
    public async Task Classifiers_AreMeasured()
    {
        using MetricRecorder metrics = new();
        RoutingPipeline pipeline = Pipeline(metrics, new FakeChatClient());
        pipeline.Strategies = null;
        using RoutingChatClient client = pipeline.Build();

        await client.GetResponseAsync(Pool.Hello);

        Assert.That(metrics.Of(MetricNames.ClassifierDuration).Single()[MetricNames.Classifier], Is.EqualTo("heuristic"));
    }

    [Test]
    [Description("Tags are bounded, and hold nothing of the request: every value is a model, an endpoint, a strategy or a word of ours")]
    public async Task Tags_HoldNothingOfTheRequest([Values] bool streaming)
    {
        using MetricRecorder metrics = new();
        using RoutingChatClient client = Build(metrics, FakeChatClient.Throwing(static () => new HttpRequestException("secret-in-message")), new FakeChatClient("secret-in-answer"));
        ChatOptions options = new ChatOptions().WithRouting(static hints =>
        {
            hints.ConversationId = "secret-conversation";
            hints.UserId = "secret-user";
            hints.BudgetScope = "secret-tenant";
        });

        await client.AskAsync(streaming, options, [new ChatMessage(ChatRole.User, "secret-prompt")]);

        IEnumerable<object?> values = metrics.All.SelectMany(static measured => measured.Tags.Values);
        Assert.That(values.OfType<string>(), Is.Not.Empty.And.All.Not.Contains("secret"));
        Assert.That(metrics.All.SelectMany(static measured => measured.Tags.Keys).Distinct(), Is.SubsetOf(Constants()));
    }

    [TestCaseSource(nameof(Constants))]
    public void EveryName_IsOnThePage(string name) => Assert.That(Repository.Read("docs/telemetry.md"), Does.Contain($"`{name}`"));

    [Test]
    public void For_MakesTheInstrumentsOfAMeterOnce()
    {
        using MetricRecorder metrics = new();

        RoutingMetrics first = RoutingMetrics.For(metrics);

        Assert.That(RoutingMetrics.For(metrics), Is.SameAs(first));
        Assert.That(RoutingMetrics.For(null), Is.SameAs(RoutingMetrics.Shared));
    }

    private static IEnumerable<string> Constants() =>
        typeof(MetricNames).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => (string)field.GetRawConstantValue()!);

    private static RoutingOutcome Outcome(params ImmutableArray<RoutingAttempt> attempts)
    {
        RoutingDecision decision = new()
        {
            Ranking = ["m1", "m2"],
            DecidedBy = "fixed",
            Confidence = 1,
            Reason = "the order of the test",
            Steps = [],
            Features = new RequestFeatures(),
            Elapsed = TimeSpan.Zero,
        };
        return new RoutingOutcome("id", decision, attempts, 0, CostCertainty.Exact, TimeSpan.FromSeconds(5));
    }

    private static RoutingChatClient Build(MetricRecorder metrics, params IChatClient[] clients) => Pipeline(metrics, clients).Build();

    private static RoutingPipeline Pipeline(MetricRecorder metrics, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), clients);
        pipeline.MeterFactory = metrics;
        return pipeline;
    }
}
