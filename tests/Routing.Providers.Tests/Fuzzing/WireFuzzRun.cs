using System.Diagnostics;
using LlmRouting.Execution;
using LlmRouting.Providers.Anthropic;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Fuzzing;

/// <summary>Lets one adapter read many broken responses, and notes what must not be.</summary>
internal sealed class WireFuzzRun : IDisposable
{
    public static readonly string[] Adapters = ["openai", "anthropic"];

    // Far beyond any honest case, which takes less than a millisecond once the code is warm: what takes longer does not end.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private readonly WireFuzzer _fuzzer;
    private readonly FailureInterpreter _failures;
    private readonly CannedHandler _handler = new();
    private readonly IChatClient _client;
    private readonly List<string> _problems = [];
    private readonly SortedDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private long _started;
    private int _answers;
    private int _number;
    private TimeSpan _slowest;

    /// <summary>Sets up a run.</summary>
    /// <param name="adapter">One of <see cref="Adapters"/>.</param>
    /// <param name="seed">The same seed makes the same cases.</param>
    /// <param name="classifiers">Those that tell the kinds of failures; null for those that <c>AddProviders</c> registers.</param>
    public WireFuzzRun(string adapter, int seed, IFailureClassifier[]? classifiers = null)
    {
        _fuzzer = new WireFuzzer(adapter, seed);
        _failures = new FailureInterpreter([.. classifiers ?? [new OpenAIFailureClassifier(), new AnthropicFailureClassifier()]]);
        ModelEndpointSettings settings = new() { Provider = "fuzzed", Kind = adapter, ModelId = "asked", ApiKey = "test-key-1234567890", Endpoint = new Uri("http://127.0.0.1/v1") };
        _client = adapter == AnthropicProvider.KindName
            ? new AnthropicProvider().CreateClient(settings, _handler)
            : new OpenAICompatibleProvider(OpenAICompatibleKinds.OpenAI).CreateClient(settings, _handler);
    }

    /// <summary>Runs the cases from 0 on.</summary>
    public async Task<WireFuzzReport> RunAsync(int count)
    {
        _started = Stopwatch.GetTimestamp();
        Task worker = Task.Run(async () =>
        {
            for (; _number < count; Volatile.Write(ref _number, _number + 1))
            {
                await RunOneAsync(_fuzzer.Make(_number));
            }
        });

        // A case that never ends may hold its thread, so the watch is kept from another one.
        while (await Task.WhenAny(worker, Task.Delay(LookEvery)) != worker)
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) > HangLimit)
            {
                return Report(Volatile.Read(ref _number), [$"case {_number} did not end"]);
            }
        }

        await worker;
        return Report(count, _problems);
    }

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
    }

    private async Task RunOneAsync(WireCase known)
    {
        _handler.Next = known;
        long start = Stopwatch.GetTimestamp();
        Volatile.Write(ref _started, start);
        try
        {
            ChatResponse response = known.Streaming
                ? await _client.GetStreamingResponseAsync("Hi").ToChatResponseAsync()
                : await _client.GetResponseAsync("Hi");
            _answers++;
            if (HasImpossibleCount(response.Usage))
            {
                Note(known, "counts less than nothing");
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            FailureKind kind = _failures.Interpret(exception, out TimeSpan? retryAfter);
            _kinds[kind.ToString()] = _kinds.GetValueOrDefault(kind.ToString()) + 1;
            if (kind == FailureKind.Unknown || exception is OperationCanceledException || retryAfter < TimeSpan.Zero)
            {
                Note(known, exception.ToString());
            }
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        _slowest = elapsed > _slowest ? elapsed : _slowest;
    }

    private static bool HasImpossibleCount(UsageDetails? usage) =>
        usage is not null
        && (usage.InputTokenCount < 0 || usage.OutputTokenCount < 0 || usage.TotalTokenCount < 0 || usage.CachedInputTokenCount < 0
            || usage.ReasoningTokenCount < 0 || usage.AdditionalCounts?.Any(static count => count.Value < 0) == true);

    private void Note(WireCase known, string problem) =>
        _problems.Add($"case {_number} ({known.Sample}, streaming {known.Streaming}, status {known.Status}): {problem}");

    private WireFuzzReport Report(int cases, IReadOnlyList<string> problems) =>
        new() { Cases = cases, Answers = _answers, Failures = _kinds, Problems = problems, Slowest = _slowest };
}
