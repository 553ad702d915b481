using Anthropic;
using Anthropic.Core;
using Anthropic.Models.Messages;
using BenchmarkDotNet.Attributes;
using LlmRouting.Providers.Anthropic;
using Microsoft.Extensions.AI;

namespace LlmRouting.Benchmarks;

/// <summary>What does the adapter for Anthropic add to the SDK, for a whole answer and for each chunk of a stream, over loopback?</summary>
/// <remarks>
/// Three rows: the SDK's typed API, the SDK's own <see cref="IChatClient"/>, and ours, which stands on that; ratios are to the second. All
/// read the text of what they get, as a caller does. The server runs in the same process, so that its work and its memory are in all
/// figures. Streams have <see cref="CannedServer.Chunks"/> chunks; figures of theirs are per chunk, over which the cost of opening one is
/// spread.
/// </remarks>
[MemoryDiagnoser]
[WarmupCount(3)]
[IterationCount(10)]
[GroupBenchmarksBy(BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class AnthropicAdapterBenchmarks
{
    private const string Key = "no-key-is-needed";
    private const string Prompt = "Hi";
    private const int MaxTokens = 100;

    private CannedServer _server = null!; // set before every benchmark, as the others
    private IChatClient _adapter = null!;
    private AnthropicClient _sdk = null!;
    private IChatClient _sdkChatClient = null!;

    [GlobalSetup]
    public void Setup()
    {
        _server = CannedServer.StartAsync("anthropic").GetAwaiter().GetResult();
        _adapter = new AnthropicProvider()
            .CreateClient(new() { Provider = "benchmark", Kind = "anthropic", ModelId = "asked", ApiKey = Key, Endpoint = new Uri(_server.Address, "v1") });
        _sdk = new AnthropicClient(new ClientOptions { ApiKey = Key, BaseUrl = _server.Address.GetLeftPart(UriPartial.Authority) });
        _sdkChatClient = _sdk.AsIChatClient("asked", MaxTokens);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _adapter.Dispose();
        _sdk.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Benchmark]
    [BenchmarkCategory("call")]
    public async Task<string> CallSdk() =>
        (await _sdk.Messages.Create(Request())).Content[0].TryPickText(out TextBlock? text) ? text.Text : throw new InvalidOperationException("No text came.");

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("call")]
    public async Task<string> CallSdkChatClient() => (await _sdkChatClient.GetResponseAsync(Prompt)).Text;

    [Benchmark]
    [BenchmarkCategory("call")]
    public async Task<string> CallAdapter() => (await _adapter.GetResponseAsync(Prompt)).Text;

    [Benchmark(OperationsPerInvoke = CannedServer.Chunks)]
    [BenchmarkCategory("chunk")]
    public async Task<int> ChunkSdk()
    {
        int length = 0;
        await foreach (RawMessageStreamEvent update in _sdk.Messages.CreateStreaming(Request()))
        {
            if (update.TryPickContentBlockDelta(out RawContentBlockDeltaEvent? delta) && delta.Delta.TryPickText(out TextDelta? text))
            {
                length += text.Text.Length;
            }
        }

        return CannedServer.Checked(length);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = CannedServer.Chunks)]
    [BenchmarkCategory("chunk")]
    public Task<int> ChunkSdkChatClient() => CannedServer.ReadAsync(_sdkChatClient, Prompt);

    [Benchmark(OperationsPerInvoke = CannedServer.Chunks)]
    [BenchmarkCategory("chunk")]
    public Task<int> ChunkAdapter() => CannedServer.ReadAsync(_adapter, Prompt);

    private static MessageCreateParams Request() => new() { Model = "asked", MaxTokens = MaxTokens, Messages = [new UserMessageParam { Content = Prompt }] };
}
