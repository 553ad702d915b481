using System.Collections.Immutable;
using LlmRouting.Execution;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Execution;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EndpointBalancerTests
{
    private static readonly HealthSettings Health = new();

    private readonly ManualTimeProvider _clock = new();

    [Test]
    public void FasterEndpoint_IsTaken_AndTheFirstWhereNothingTellsThemApart()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(2);
        Assert.That(Pick(endpoints), Is.Zero);

        Measure(endpoints[0], 2);
        Measure(endpoints[1], 1);

        Assert.That(Pick(endpoints), Is.EqualTo(1));
    }

    [Test]
    public void WhatIsLeftOfALatency_IsWhatTheExponentialSays()
    {
        const double Seconds = 30;
        double before = PeakLatency.Kept(0);
        Assert.That(before, Is.EqualTo(1));
        for (double elapsed = 0.001; elapsed < 100_000; elapsed *= 1.1)
        {
            double kept = PeakLatency.Kept(TimeSpan.FromSeconds(elapsed).Ticks);
            Assert.That(kept, Is.EqualTo(Math.Exp(-elapsed / Seconds)).Within(0.004).Percent.Or.LessThan(1e-300), $"after {elapsed} s");
            Assert.That(kept, Is.LessThanOrEqualTo(before));
            before = kept;
        }

        Assert.That(PeakLatency.Kept(long.MaxValue), Is.Zero);
        Assert.That(PeakLatency.Kept(-1), Is.EqualTo(1), "another thread's moment, a little earlier");
    }

    [Test]
    public void CallsInFlight_CountAsLoad()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(2);
        Measure(endpoints[0], 1);
        Measure(endpoints[1], 1.5);
        Assert.That(Pick(endpoints), Is.Zero);

        endpoints[0].TryEnter();

        Assert.That(Pick(endpoints), Is.EqualTo(1), "1 s times two calls is more than 1.5 s times one");
    }

    [Test]
    public void Weight_DividesTheLoad_AndAStandByWaitsForTheOthersToBeTried()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(3, static i => new() { Weight = i switch { 0 => 0, 1 => 1, _ => 4 } });
        foreach (ModelEndpoint endpoint in endpoints)
        {
            Measure(endpoint, 1);
        }

        Assert.That(Pick(endpoints), Is.EqualTo(2));
        Assert.That(Pick(endpoints, tried: 0b100), Is.EqualTo(1));
        Assert.That(Pick(endpoints, tried: 0b110), Is.Zero);
    }

    [Test]
    public void SameRegion_GoesFirst_EvenWhenItIsSlower_S13()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(3, static i => new() { Region = i == 1 ? "eu" : "us" });
        Measure(endpoints[0], 0.1);
        Measure(endpoints[1], 9);
        Measure(endpoints[2], 0.2);

        Assert.That(Pick(endpoints, region: "EU"), Is.EqualTo(1));
        Assert.That(Pick(endpoints, region: "eu", tried: 0b010), Is.Zero, "then the others");
    }

    [Test]
    public void EndpointThatIsPassedOver_GoesLast()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(2);
        endpoints[0].TryAdmit(Health, _clock, 0, isLastResort: false, out EndpointGrant grant);
        endpoints[0].Settle(grant.Lease, Failed(FailureKind.Auth), isPinned: false, Health, _clock);
        endpoints[0].Exit();

        Assert.That(Pick(endpoints), Is.EqualTo(1));
        Assert.That(Pick(endpoints, tried: 0b10), Is.Zero);
    }

    [Test]
    public void UnknownEndpoint_GetsOneCallToFindOut_R22()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(2);
        Measure(endpoints[0], 0.5);
        Assert.That(Pick(endpoints), Is.EqualTo(1), "cold ones are explored");

        endpoints[1].TryEnter();

        Assert.That(Pick(endpoints), Is.Zero, "but not by everybody at once");
    }

    [Test]
    public void SlowEndpoint_IsForgivenWithTime_R22()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(2);
        endpoints[1].RecordSilence(TimeSpan.FromSeconds(20), isStreaming: false, _clock);
        for (int i = 0; i < 30; i++)
        {
            Measure(endpoints[0], 1);
            if (Pick(endpoints) == 1)
            {
                Assert.That(i, Is.InRange(2, 20), "not at once, and not never");
                return;
            }

            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Fail("One time-out has banned the endpoint for ever.");
    }

    [Test]
    public void Streams_AreComparedByTheirFirstToken()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(2);
        endpoints[0].RecordLatency(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.9), _clock);
        endpoints[1].RecordLatency(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(0.1), _clock);

        Assert.That(Pick(endpoints, isStreaming: true), Is.EqualTo(1));
    }

    [Test]
    public void SameSeed_GivesTheSameChoices_R30()
    {
        ImmutableArray<ModelEndpoint> endpoints = Endpoints(8);
        for (int i = 0; i < 8; i++)
        {
            Measure(endpoints[i], i + 1);
        }

        SeededRandom first = new(42);
        SeededRandom second = new(42);
        int[] choices = [.. Enumerable.Range(0, 200).Select(_ => Pick(endpoints, random: first.NextDouble))];

        Assert.That(Enumerable.Range(0, 200).Select(_ => Pick(endpoints, random: second.NextDouble)), Is.EqualTo(choices));
        Assert.That(choices.Distinct().Count(), Is.EqualTo(7), "every endpoint but the slowest wins some pair");
    }

    private int Pick(ImmutableArray<ModelEndpoint> endpoints, ulong tried = 0, string? region = null, bool isStreaming = false, Func<double>? random = null) =>
        EndpointBalancer.Pick(endpoints, tried, region, isStreaming, Health, Monotonic.Now(_clock), random ?? new SeededRandom(1).NextDouble);

    private void Measure(ModelEndpoint endpoint, double seconds) => endpoint.RecordLatency(TimeSpan.FromSeconds(seconds), null, _clock);

    private static RoutingAttempt Failed(FailureKind kind) => new() { ModelId = "m", Endpoint = "e", Result = AttemptResult.Failed, Failure = kind };

    private static ImmutableArray<ModelEndpoint> Endpoints(int count, Func<int, EndpointLoadSettings>? load = null) =>
        [.. Enumerable.Range(0, count).Select(i => new ModelEndpoint(new FakeChatClient(), $"e{i}") { Load = load?.Invoke(i) ?? new() })];
}
