using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Core.Tests.Diagnostics;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Diagnostics;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Pipeline;

/// <summary>Shows what is called in the background (S27).</summary>
[Description("S27 background probes and warm-up, off by default")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EndpointProberTests
{
    private static readonly ProbeSettings EveryMinute = new() { Enabled = true, Interval = TimeSpan.FromMinutes(1) };

    private readonly ManualTimeProvider _clock = new();

    [Test]
    public void ByDefault_NothingRuns()
    {
        FakeChatClient model = new();
        using RoutingChatClient client = Build(new ProbeSettings(), model);

        Assert.That(_clock.ActiveTimers, Is.Zero);
        Pass(TimeSpan.FromHours(1));
        Assert.That(model.Calls, Is.Empty);
    }

    [Test]
    public void UnusedEndpoint_IsCalledWithOneToken_AndAgainWhenItIsIdle()
    {
        using MetricRecorder metrics = new();
        FakeChatClient model = new(static (_, _, _) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "OK"))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = new() { InputTokenCount = 3, OutputTokenCount = 1 },
        }));
        using RoutingChatClient client = Build(EveryMinute, pipeline => pipeline.MeterFactory = metrics, model);

        Pass(TimeSpan.FromMinutes(9.5));
        Assert.That(model.Calls, Has.Count.EqualTo(1), "it has not been idle for ten minutes since");
        Pass(TimeSpan.FromMinutes(3));

        Assert.That(model.Calls, Has.Count.EqualTo(2));
        Assert.That(model.Calls[0].Options, Has.Property("MaxOutputTokens").EqualTo(1));
        Assert.That(model.Calls[0].Messages.Single().Text, Is.EqualTo("Answer OK."));
        Assert.That(metrics.Of(MetricNames.Probes).Select(static measured => measured[MetricNames.Result]), Is.EqualTo(new[] { "succeeded", "succeeded" }));
        Assert.That(metrics.Of(MetricNames.Cost).Sum(static measured => measured.Value), Is.EqualTo(2 * (3 + 4) / 1_000_000d).Within(1e-12));
        Assert.That(metrics.Of(MetricNames.Requests), Is.Empty, "a probe is no request");
        Assert.That(client.Router.Registry.Current.Models[0].Endpoints[0].InFlight, Is.Zero);
    }

    [Test]
    [Description("R12, S27: no caller has to be the probe")]
    public void EndpointThatWasPassedOver_ComesBackByItself()
    {
        FakeChatClient model = new();
        using RoutingChatClient client = Build(EveryMinute with { IdleAfter = TimeSpan.Zero }, model);
        ModelEndpoint endpoint = client.Router.Registry.Current.Models[0].Endpoints[0];
        Break(endpoint);

        Pass(TimeSpan.FromMinutes(4.5));
        Assert.That(endpoint.Health.State, Is.EqualTo(CircuitState.Open));
        Assert.That(model.Calls, Is.Empty, "its time was not over");
        Pass(TimeSpan.FromMinutes(2));

        Assert.That(endpoint.Health.State, Is.EqualTo(CircuitState.RampUp));
        Assert.That(model.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public void ProbeThatFails_KeepsItAway_AndIsLoggedWithoutText()
    {
        using RecordingLoggerFactory logs = new();
        FakeChatClient model = FakeChatClient.Throwing(static () => new HttpRequestException("secret"));
        using RoutingChatClient client = Build(EveryMinute with { IdleAfter = TimeSpan.Zero }, pipeline => pipeline.LoggerFactory = logs, model);
        ModelEndpoint endpoint = client.Router.Registry.Current.Models[0].Endpoints[0];
        Break(endpoint);

        Pass(TimeSpan.FromMinutes(6.1));

        Assert.That(endpoint.Health.State, Is.EqualTo(CircuitState.Open));
        Assert.That(logs.Of(EventIds.WarmUpFailed).First(), Does.Contain("'m1'").And.Contain("Network").And.Not.Contain("secret"));
        Assert.That(endpoint.InFlight, Is.Zero);
    }

    [Test]
    public void ProbesInAnHour_AreBounded()
    {
        FakeChatClient[] models = [new(), new(), new()];
        using RoutingChatClient client = Build(EveryMinute with { IdleAfter = TimeSpan.FromSeconds(1), MaxPerHour = 7 }, models);

        Pass(TimeSpan.FromMinutes(59));

        Assert.That(models.Sum(static model => model.Calls.Count), Is.EqualTo(7));
    }

    [Test]
    public void ProbeThatIsNotAdmitted_DoesNotCount()
    {
        FakeChatClient[] models = [new(), new()];
        using RoutingChatClient client = Build(EveryMinute with { IdleAfter = TimeSpan.FromSeconds(1), MaxPerHour = 7 }, models);
        client.Router.Registry.Current.Find("m1")!.Endpoints[0].Observe(new RateLimitState { RemainingRequests = 0, RequestsResetAfter = TimeSpan.FromHours(2) }, _clock);

        Pass(TimeSpan.FromMinutes(59));

        Assert.That(models.Select(static model => model.Calls.Count), Is.EqualTo(new[] { 0, 7 }));
    }

    [Test]
    public void ProbeThatTakesTooLong_IsGivenUp_AndTheNextOneIsMade()
    {
        FakeChatClient model = FakeChatClient.Hanging();
        using RoutingChatClient client = Build(EveryMinute with { IdleAfter = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(5) }, model);

        Pass(TimeSpan.FromMinutes(2.5));

        Assert.That(model.Calls, Has.Count.EqualTo(2));
        Assert.That(client.Router.Registry.Current.Models[0].Endpoints[0], Has.Property("InFlight").Zero);
        Assert.That(client.Router.Registry.Current.Models[0].Endpoints[0].Health.LastFailure, Is.EqualTo(FailureKind.Timeout));
    }

    [Test]
    public void Disposing_StopsIt_AndCancelsWhatRuns()
    {
        FakeChatClient model = FakeChatClient.Hanging();
        RoutingChatClient client = Build(EveryMinute with { Timeout = TimeSpan.FromHours(1) }, model);
        ModelEndpoint endpoint = client.Router.Registry.Current.Models[0].Endpoints[0];
        Pass(TimeSpan.FromMinutes(1.5));
        Assert.That(endpoint.InFlight, Is.EqualTo(1));

        client.Dispose();
        client.Dispose();
        Pass(TimeSpan.FromHours(2));

        Assert.That(endpoint.InFlight, Is.Zero);
        Assert.That(_clock.ActiveTimers, Is.Zero);
        Assert.That(model.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public void Reload_SwitchesItOnAndOff()
    {
        FakeChatClient model = new();
        RoutingPipeline pipeline = Pipeline(new ProbeSettings(), model);
        using RoutingChatClient client = pipeline.Build();

        pipeline.Execution = pipeline.Execution with { Probes = EveryMinute };
        client.Router.Update(pipeline.BuildPlan());
        client.Prober!.Apply();
        Pass(TimeSpan.FromMinutes(1.5));
        Assert.That(model.Calls, Has.Count.EqualTo(1));

        pipeline.Execution = pipeline.Execution with { Probes = new ProbeSettings() };
        client.Router.Update(pipeline.BuildPlan());
        client.Prober!.Apply();
        Assert.That(_clock.ActiveTimers, Is.Zero);
    }

    [Test]
    public void SettingsOutOfRange_AreRefused()
    {
        ProbeSettings wrong = new() { Interval = TimeSpan.Zero, IdleAfter = TimeSpan.FromDays(2), MaxPerHour = 0, Timeout = TimeSpan.Zero };

        Assert.That(Assert.Throws<ArgumentException>(() => Build(wrong, new FakeChatClient()))?.Message, Does
            .Contain("Execution:Probes:Interval is 00:00:00").And.Contain("IdleAfter").And.Contain("MaxPerHour is 0").And.Contain("Probes:Timeout"));
    }

    private RoutingChatClient Build(ProbeSettings probes, params IChatClient[] clients) => Build(probes, static _ => { }, clients);

    private RoutingChatClient Build(ProbeSettings probes, Action<RoutingPipeline> configure, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pipeline(probes, clients);
        configure(pipeline);
        return pipeline.Build();
    }

    private RoutingPipeline Pipeline(ProbeSettings probes, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { Probes = probes }, clients);
        pipeline.TimeProvider = _clock;
        return pipeline;
    }

    private void Pass(TimeSpan time) => VirtualTime.Run(_clock, () => Task.Delay(time, _clock));

    private void Break(ModelEndpoint endpoint)
    {
        HealthSettings health = new();
        endpoint.TryAdmit(health, _clock, tokens: 1, isLastResort: false, out EndpointGrant grant);
        endpoint.Settle(grant.Lease, new RoutingAttempt { ModelId = "m1", Endpoint = "default", Result = AttemptResult.Failed, Failure = FailureKind.Auth }, isPinned: false, health, _clock);
        endpoint.Exit();
    }
}
