using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using LlmRouting.Benchmarking;
using LlmRouting.DecisionLog;
using LlmRouting.Diagnostics;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Benchmarks;

/// <summary>What does it cost a request to be measured, and to be logged?</summary>
/// <remarks>The log writes on a thread of its own, to a folder that is deleted; what it costs there is not counted, unless the machine has a single core.</remarks>
[MemoryDiagnoser]
public class ObservationBenchmarks
{
    private readonly StubChatClient _stub = new();
    private readonly ChatMessage[] _prompt = Pools.Prompt(1024);
    private RoutingChatClient _client = null!; // set before every benchmark
    private MeterListener? _listener;
    private JsonLinesDecisionLog? _log;
    private string? _folder;

    [GlobalSetup(Target = nameof(Off))]
    public void SetUpOff() => _client = Pools.Build(8, _stub);

    [GlobalSetup(Target = nameof(Metrics))]
    public void SetUpMetrics()
    {
        _client = Pools.Build(8, _stub);
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == RoutingDiagnostics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        _listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        _listener.Start();
    }

    [GlobalSetup(Target = nameof(Log))]
    public void SetUpLog()
    {
        _folder = Directory.CreateTempSubdirectory("llm-routing-").FullName;
        _log = new JsonLinesDecisionLog(new DecisionLogSettings { Path = Path.Combine(_folder, "decisions.jsonl"), MaxFiles = 2, WhenFull = DecisionLogFullMode.Drop });
        _client = Pools.Build(8, _stub, [_log]);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _client.Dispose();
        _listener?.Dispose();
        _log?.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Benchmark(Baseline = true)]
    public Task<ChatResponse> Off() => _client.GetResponseAsync(_prompt);

    [Benchmark]
    public Task<ChatResponse> Metrics() => _client.GetResponseAsync(_prompt);

    [Benchmark]
    public Task<ChatResponse> Log() => _client.GetResponseAsync(_prompt);
}
