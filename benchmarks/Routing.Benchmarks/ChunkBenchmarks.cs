using BenchmarkDotNet.Attributes;
using LlmRouting.Benchmarking;
using Microsoft.Extensions.AI;

namespace LlmRouting.Benchmarks;

/// <summary>What does routing add to each chunk of a stream?</summary>
/// <remarks>Figures are per chunk of streams of 10,000, over which the cost of opening one is spread.</remarks>
[MemoryDiagnoser]
public class ChunkBenchmarks
{
    private const int Chunks = 10_000;

    private readonly StubChatClient _stub = new() { Chunks = Chunks };
    private IChatClient _router = null!; // set before every benchmark
    private ChatMessage[] _prompt = [];

    [GlobalSetup]
    public void Setup()
    {
        _router = Pools.Build(8, _stub);
        _prompt = Pools.Prompt(1024);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Chunks)]
    public Task<int> Direct() => ReadAsync(_stub);

    [Benchmark(OperationsPerInvoke = Chunks)]
    public Task<int> Routed() => ReadAsync(_router);

    private async Task<int> ReadAsync(IChatClient client)
    {
        int count = 0;
        await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(_prompt))
        {
            count++;
        }

        return count;
    }
}
