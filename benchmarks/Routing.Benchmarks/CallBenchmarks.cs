using BenchmarkDotNet.Attributes;
using LlmRouting.Benchmarking;
using Microsoft.Extensions.AI;

namespace LlmRouting.Benchmarks;

/// <summary>What does a whole routed call add to a bare call of the same stub?</summary>
[MemoryDiagnoser]
public class CallBenchmarks
{
    private readonly StubChatClient _stub = new();
    private IChatClient _router = null!; // set before every benchmark
    private ChatMessage[] _prompt = [];

    [Params(1, 8)]
    public int Models { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _router = Pools.Build(Models, _stub);
        _prompt = Pools.Prompt(1024);
    }

    [Benchmark(Baseline = true)]
    public Task<ChatResponse> Direct() => _stub.GetResponseAsync(_prompt);

    [Benchmark]
    public Task<ChatResponse> Routed() => _router.GetResponseAsync(_prompt);
}
