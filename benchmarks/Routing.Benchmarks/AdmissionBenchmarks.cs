using BenchmarkDotNet.Attributes;
using LlmRouting.Admission;

namespace LlmRouting.Benchmarks;

/// <summary>What does it cost to be let in, and to leave, when nobody waits?</summary>
[MemoryDiagnoser]
public class AdmissionBenchmarks
{
    private readonly AdmissionLimiter _limiter = new(new AdmissionSettings { MaxConcurrent = 64 });
    private readonly AdmissionLimiter _degrading = new(new AdmissionSettings { MaxConcurrent = 64, DegradeAbove = 0.8 });

    [Benchmark(Baseline = true)]
    public bool EnterAndRelease() => Pass(_limiter);

    [Benchmark]
    public bool EnterAndReleaseDegrading() => Pass(_degrading);

    [Benchmark]
    public double Load() => _limiter.Load.Smoothed;

    private static bool Pass(AdmissionLimiter limiter)
    {
        ValueTask<TimeSpan> entry = limiter.EnterAsync(RequestPriority.Interactive, CancellationToken.None);
        bool isIn = entry.IsCompletedSuccessfully;
        limiter.Release();
        return isIn;
    }
}
