using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Anthropic;
using Anthropic.Core;
using LlmRouting.Benchmarking;
using LlmRouting.DecisionLog;
using LlmRouting.Diagnostics;
using LlmRouting.Providers.Anthropic;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Benchmarks;

/// <summary>Compares ways to do the same in turns, so that whatever else the machine does falls on all of them alike.</summary>
/// <remarks>What is told is the quickest of many rounds: the one that was least disturbed. Its ratios repeat on a busy machine, where means do not.</remarks>
internal static class Turns
{
    private const int CallsInARound = 20;
    private const int RequestsInARound = 500;

    /// <summary>Compares the adapters with their SDKs.</summary>
    public static async Task RunAdaptersAsync(int rounds)
    {
        OpenAIAdapterBenchmarks openai = new();
        openai.Setup();
        await CompareAsync("openai call", rounds, CallsInARound, 1, basis: 0, [("sdk", openai.CallSdk), ("ours", openai.CallAdapter)]);
        await CompareAsync("openai chunk", rounds, 1, CannedServer.Chunks, basis: 0, [("sdk", openai.ChunkSdk), ("ours", openai.ChunkAdapter)]);
        openai.Cleanup();

        AnthropicAdapterBenchmarks anthropic = new();
        anthropic.Setup();
        await CompareAsync(
            "anthropic call", rounds, CallsInARound, 1, basis: 1,
            [("sdk", anthropic.CallSdk), ("sdk's IChatClient", anthropic.CallSdkChatClient), ("ours", anthropic.CallAdapter)]);
        await CompareAsync(
            "anthropic chunk", rounds, 1, CannedServer.Chunks, basis: 1,
            [("sdk", anthropic.ChunkSdk), ("sdk's IChatClient", anthropic.ChunkSdkChatClient), ("ours", anthropic.ChunkAdapter)]);
        anthropic.Cleanup();
    }

    /// <summary>Compares the adapters with their SDKs without a network: what they do themselves.</summary>
    public static async Task RunAdaptersAloneAsync(int rounds)
    {
        const string Key = "no-key-is-needed";
        const string Prompt = "Hi";
        ModelEndpointSettings settings = new() { Provider = "benchmark", Kind = "openai", ModelId = "asked", ApiKey = Key, Endpoint = new Uri("http://localhost/v1") };
        using HttpClient http = new(new CannedHandler("openai"));
        ChatClient openai = new("asked", new ApiKeyCredential(Key), new OpenAIClientOptions { Endpoint = settings.Endpoint, Transport = new HttpClientPipelineTransport(http) });
        using IChatClient openaiAdapter = new OpenAICompatibleProvider(OpenAICompatibleKinds.OpenAI).CreateClient(settings, new CannedHandler("openai"));
        await CompareAsync(
            "openai alone", rounds, RequestsInARound, 1, basis: 0,
            [("sdk", async () => _ = (await openai.CompleteChatAsync(Prompt)).Value.Content[0].Text), ("ours", async () => _ = (await openaiAdapter.GetResponseAsync(Prompt)).Text)]);

        using AnthropicClient anthropic = new(new ClientOptions { ApiKey = Key, BaseUrl = "http://localhost", HttpClient = new HttpClient(new CannedHandler("anthropic")) });
        using IChatClient sdk = anthropic.AsIChatClient("asked", 100);
        using IChatClient anthropicAdapter = new AnthropicProvider().CreateClient(settings with { Kind = "anthropic" }, new CannedHandler("anthropic"));
        await CompareAsync(
            "anthropic alone", rounds, RequestsInARound, 1, basis: 0,
            [("sdk's IChatClient", async () => _ = (await sdk.GetResponseAsync(Prompt)).Text), ("ours", async () => _ = (await anthropicAdapter.GetResponseAsync(Prompt)).Text)]);
    }

    /// <summary>Compares a request that nobody watches with one that is measured, one that is traced, and one that is logged.</summary>
    public static async Task RunObservationAsync(int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("llm-routing-").FullName;
        StubChatClient stub = new();
        ChatMessage[] prompt = Pools.Prompt(1024);
        using Meter silent = new("silent");
        using Meter heard = new("heard");
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, heard))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        using (JsonLinesDecisionLog log = new(new DecisionLogSettings { Path = Path.Combine(folder, "decisions.jsonl"), MaxFiles = 2, Capacity = 100_000 }))
        using (RoutingChatClient off = Pools.Build(8, stub, meters: new OneMeter(silent)))
        using (RoutingChatClient metrics = Pools.Build(8, stub, meters: new OneMeter(heard)))
        using (RoutingChatClient logged = Pools.Build(8, stub, [log], new OneMeter(silent)))
        {
            // There is one source of spans for all routers, so whoever listens to it does so only while it is its turn.
            ActivityListener? spans = null;
            Func<Task> ask = () => off.GetResponseAsync(prompt);
            await CompareAsync(
                "request", rounds, RequestsInARound, 1, basis: 0,
                [("off", ask), ("metrics", () => metrics.GetResponseAsync(prompt)), ("spans", ask), ("log", () => logged.GetResponseAsync(prompt))],
                before: row =>
                {
                    spans?.Dispose();
                    spans = row == "spans" ? ListenToSpans() : null;
                });
            spans?.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    // Samples all, as an exporter would, and exports nothing: what a span costs afterwards is the exporter's.
    private static ActivityListener ListenToSpans()
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == RoutingDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static async Task CompareAsync(
        string what, int rounds, int repeats, int operations, int basis, (string Name, Func<Task> Run)[] rows, Action<string>? before = null)
    {
        TimeSpan[] best = [.. rows.Select(static _ => TimeSpan.MaxValue)];
        long[] bytes = [.. rows.Select(static _ => long.MaxValue)];
        for (int round = 0; round < rounds; round++)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                before?.Invoke(rows[row].Name);
                long allocated = GC.GetAllocatedBytesForCurrentThread();
                long started = TimeProvider.System.GetTimestamp();
                for (int i = 0; i < repeats; i++)
                {
                    await rows[row].Run();
                }

                TimeSpan elapsed = TimeProvider.System.GetElapsedTime(started);
                long used = GC.GetAllocatedBytesForCurrentThread() - allocated;
                best[row] = elapsed < best[row] ? elapsed : best[row];

                // Meaningful where nothing is waited for; elsewhere the thread changes.
                bytes[row] = used > 0 && used < bytes[row] ? used : bytes[row];
            }
        }

        for (int row = 0; row < rows.Length; row++)
        {
            double perOperation = best[row].TotalMicroseconds / repeats / operations;
            string thread = operations == 1 && repeats == RequestsInARound ? string.Create(CultureInfo.InvariantCulture, $", {bytes[row] / repeats} B") : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-16} {rows[row].Name,-18} {perOperation,8:0.00} us, ratio {best[row] / best[basis]:0.000}{thread}"));
        }
    }

    private sealed class OneMeter(Meter meter) : IMeterFactory
    {
        public Meter Create(MeterOptions options) => meter;

        public void Dispose()
        {
        }
    }
}
