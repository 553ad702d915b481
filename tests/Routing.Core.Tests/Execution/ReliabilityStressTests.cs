using System.Collections.Immutable;
using LlmRouting.Execution;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows that health, balancing and limits keep their invariants under many threads (R27).</summary>
public sealed class ReliabilityStressTests
{
    private const int Threads = 16;
    private const int OperationsPerThread = 1_000_000 / Threads;
    private const int MaxInFlight = 6;
    private const int PerMinute = 30_000;

    private static readonly HealthSettings Health = new() { BreakDuration = TimeSpan.FromSeconds(60), RampUp = TimeSpan.FromSeconds(5) };

    [Test]
    public async Task MillionOperations_From16Threads_KeepTheInvariants_R27()
    {
        ManualTimeProvider clock = new();
        ImmutableArray<ModelEndpoint> endpoints = [.. Enumerable.Range(0, 4).Select(static i => new ModelEndpoint(new FakeChatClient(), $"e{i}")
        {
            Load = new() { MaxInFlight = MaxInFlight, RequestsPerMinute = PerMinute },
        })];
        int[] running = new int[endpoints.Length];
        int[] probes = new int[endpoints.Length];
        int[] granted = new int[endpoints.Length];
        int violations = 0;
        int opened = 0;
        int probed = 0;

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () => Run(thread), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        double minutes = (clock.GetUtcNow() - new ManualTimeProvider().GetUtcNow()).TotalMinutes;
        Assert.That(violations, Is.Zero, "no more calls than MaxInFlight, and one probe at a time");
        Assert.That(endpoints.Select(static endpoint => endpoint.InFlight), Has.All.Zero);
        Assert.That(granted, Has.All.InRange(1, (int)(PerMinute * (1 + minutes)) + 1), "no more than a bucket and what flowed into it");
        Assert.That(opened, Is.Positive);
        Assert.That(probed, Is.Positive, "the run has been through every state");

        void Run(int thread)
        {
            SeededRandom random = new(thread);
            for (int i = 0; i < OperationsPerThread; i++)
            {
                if (thread == 0)
                {
                    clock.Advance(TimeSpan.FromMilliseconds(4));
                }

                int index = EndpointBalancer.Pick(endpoints, tried: 0, region: null, isStreaming: false, Health, Monotonic.Now(clock), random.NextDouble);
                if (endpoints[index].TryAdmit(Health, clock, tokens: 10, isLastResort: false, out EndpointGrant grant) == EndpointRefusal.None)
                {
                    Call(index, grant, random.NextDouble());
                }
            }
        }

        void Call(int index, EndpointGrant grant, double chance)
        {
            ModelEndpoint endpoint = endpoints[index];
            bool isProbe = grant.Lease.Health.Probe != 0;
            if (Interlocked.Increment(ref running[index]) > MaxInFlight || (isProbe && Interlocked.Increment(ref probes[index]) > 1))
            {
                Interlocked.Increment(ref violations);
            }

            Interlocked.Increment(ref granted[index]);
            Interlocked.Add(ref probed, isProbe ? 1 : 0);
            endpoint.RecordLatency(TimeSpan.FromSeconds(chance), null, clock);
            if (isProbe)
            {
                Interlocked.Decrement(ref probes[index]);
            }

            HealthChange change = endpoint.Settle(grant.Lease, Attempt(chance), isPinned: false, Health, clock);
            Interlocked.Add(ref opened, change.To == CircuitState.Open ? 1 : 0);
            Interlocked.Decrement(ref running[index]);
            endpoint.Exit();
        }
    }

    private static RoutingAttempt Attempt(double chance) => new()
    {
        ModelId = "m",
        Endpoint = "e",
        Result = chance < 0.85 ? AttemptResult.Succeeded : chance < 0.9 ? AttemptResult.Cancelled : AttemptResult.Failed,
        Failure = chance < 0.85 ? null : chance < 0.9 ? FailureKind.CallerCancelled : FailureKind.ServerError,
    };
}
