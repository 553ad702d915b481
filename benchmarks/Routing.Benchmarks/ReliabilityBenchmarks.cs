using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using LlmRouting.Benchmarking;
using LlmRouting.Execution;

namespace LlmRouting.Benchmarks;

/// <summary>What do health, balancing and limits add to each attempt?</summary>
[MemoryDiagnoser]
public class ReliabilityBenchmarks
{
    private static readonly EndpointLoadSettings Limits = new() { RequestsPerMinute = int.MaxValue, TokensPerMinute = int.MaxValue };

    private readonly HealthSettings _settings = new();
    private readonly EndpointHealth _health = new();
    private readonly RateLimiter _limiter = new();
    private readonly Func<double> _random = new SeededRandom(1).NextDouble;
    private ImmutableArray<ModelEndpoint> _endpoints = [];

    [GlobalSetup]
    public void Setup()
    {
        _endpoints = [.. Enumerable.Range(0, 4).Select(static i => new ModelEndpoint(new StubChatClient(), $"e{i}"))];
        for (int i = 0; i < _endpoints.Length; i++)
        {
            _endpoints[i].RecordLatency(TimeSpan.FromSeconds(i + 1), null, TimeProvider.System);
        }
    }

    /// <summary>Asks a healthy endpoint for leave and ends the attempt well.</summary>
    [Benchmark]
    public bool HealthCheck()
    {
        _health.TryAcquire(_settings, TimeProvider.System, out HealthLease lease, out _);
        return _health.Complete(lease, HealthVerdict.Success, failure: null, retryAfter: null, _settings, TimeProvider.System).IsNone;
    }

    /// <summary>Picks one of four endpoints, the look at the clock included.</summary>
    [Benchmark]
    public int EndpointPick() =>
        EndpointBalancer.Pick(_endpoints, tried: 0, region: null, isStreaming: false, _settings, Monotonic.Now(TimeProvider.System), _random);

    /// <summary>Takes a call and its tokens, and settles them.</summary>
    [Benchmark]
    public bool Limiter()
    {
        bool isAdmitted = _limiter.TryAcquire(Limits, 500, Monotonic.Now(TimeProvider.System), out RateReservation taken, out _);

        // Nothing used, or the bucket would be empty within a second, and refusing be what is measured.
        _limiter.Settle(Limits, taken, used: 0);
        return isAdmitted;
    }
}
