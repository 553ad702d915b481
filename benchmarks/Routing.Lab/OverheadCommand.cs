using System.Diagnostics;
using System.Globalization;
using LlmRouting.Benchmarking;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Lab;

/// <summary>Measures what the router adds: to a call, to a decision, to a streamed chunk.</summary>
/// <remarks>
/// Everything is measured in turns within one run, many rounds of each, and the median round counts: on a noisy machine ratios between the
/// figures of one run mean more than the figures. The direct call and the direct chunk are taken off, so what is printed is the router's own.
/// </remarks>
internal static class OverheadCommand
{
    private const int Models = 8;
    private const int PromptLength = 1024;
    private const int Rounds = 41;
    private const int CallsPerRound = 4_000;
    private const int ShortStream = 100;
    private const int LongStream = 4_100;
    private const int StreamsPerRound = 4;

    public static async Task<int> RunAsync()
    {
        StubChatClient stub = new();
        StubChatClient shortStub = new() { Chunks = ShortStream };
        StubChatClient longStub = new() { Chunks = LongStream };
        using RoutingChatClient router = Pools.Build(Models, stub);
        using RoutingChatClient shortRouter = Pools.Build(Models, shortStub);
        using RoutingChatClient longRouter = Pools.Build(Models, longStub);
        ChatMessage[] prompt = Pools.Prompt(PromptLength);

        List<Sample> direct = [];
        List<Sample> decide = [];
        List<Sample> routed = [];
        List<Sample> directChunk = [];
        List<Sample> routedChunk = [];
        for (int round = -8; round < Rounds; round++)
        {
            Sample[] samples =
            [
                await MeasureAsync(CallsPerRound, () => stub.GetResponseAsync(prompt)),
                await MeasureAsync(CallsPerRound, async () => await router.Router.DecideAsync(prompt)),
                await MeasureAsync(CallsPerRound, () => router.GetResponseAsync(prompt)),
                await MeasureChunkAsync(shortStub, longStub, prompt),
                await MeasureChunkAsync(shortRouter, longRouter, prompt),
            ];
            if (round < 0)
            {
                continue; // the first rounds warm the code up
            }

            direct.Add(samples[0]);
            decide.Add(samples[1]);
            routed.Add(samples[2]);
            directChunk.Add(samples[3]);
            routedChunk.Add(samples[4]);
        }

        Sample decision = Median(decide);
        Sample call = Median(routed);
        Sample bare = Median(direct);
        Sample bareChunk = Median(directChunk);
        Sample chunk = Median(routedChunk);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"direct_ns\":{bare.Nanoseconds:0},\"decide_ns\":{decision.Nanoseconds:0},\"decide_bytes\":{decision.Bytes:0},"
            + $"\"routed_ns\":{call.Nanoseconds - bare.Nanoseconds:0},\"routed_bytes\":{call.Bytes - bare.Bytes:0},"
            + $"\"chunk_ns\":{chunk.Nanoseconds - bareChunk.Nanoseconds:0.0},\"chunk_bytes\":{chunk.Bytes - bareChunk.Bytes:0.##}}}"));
        return 0;
    }

    private static async Task<Sample> MeasureAsync(int count, Func<Task> call)
    {
        // Every call completes at once over the stub, so the thread, whose allocations are counted, stays the same.
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            await call();
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return new(elapsed.TotalNanoseconds / count, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / count);
    }

    /// <summary>Measures a chunk: what a long stream costs beyond a short one, so that opening a stream does not count.</summary>
    private static async Task<Sample> MeasureChunkAsync(IChatClient shortClient, IChatClient longClient, ChatMessage[] prompt)
    {
        Sample shortStream = await MeasureAsync(StreamsPerRound, () => ReadAsync(shortClient, prompt));
        Sample longStream = await MeasureAsync(StreamsPerRound, () => ReadAsync(longClient, prompt));
        const double More = LongStream - ShortStream;
        return new((longStream.Nanoseconds - shortStream.Nanoseconds) / More, (longStream.Bytes - shortStream.Bytes) / More);
    }

    private static async Task ReadAsync(IChatClient client, ChatMessage[] prompt)
    {
        await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(prompt))
        {
        }
    }

    private static Sample Median(List<Sample> samples)
    {
        double[] nanoseconds = [.. samples.Select(static sample => sample.Nanoseconds).Order()];
        double[] bytes = [.. samples.Select(static sample => sample.Bytes).Order()];
        return new(nanoseconds[nanoseconds.Length / 2], bytes[bytes.Length / 2]);
    }

    private readonly record struct Sample(double Nanoseconds, double Bytes);
}
