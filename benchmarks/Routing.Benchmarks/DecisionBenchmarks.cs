using BenchmarkDotNet.Attributes;
using LlmRouting.Benchmarking;
using LlmRouting.Pipeline;
using Microsoft.Extensions.AI;

namespace LlmRouting.Benchmarks;

/// <summary>What does a decision cost, by the number of models and the length of the prompt?</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private Router _router = null!; // set before every benchmark
    private ChatMessage[] _prompt = [];

    [Params(1, 8, 100)]
    public int Models { get; set; }

    [Params(100, 1024, 32 * 1024)]
    public int PromptLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _router = Pools.Build(Models, new StubChatClient()).Router;
        _prompt = Pools.Prompt(PromptLength);
    }

    /// <summary>Reads the features alone: the part of a decision that no configuration avoids.</summary>
    [Benchmark(Baseline = true)]
    public RequestFeatures Features() => FeatureExtractor.Default.Extract(_prompt, null);

    [Benchmark]
    public ValueTask<RoutingDecision> Decide() => _router.DecideAsync(_prompt);
}
