using System.ClientModel;
using BenchmarkDotNet.Attributes;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace LlmRouting.Benchmarks;

/// <summary>What does the adapter for OpenAI add to the SDK, for a whole answer and for each chunk of a stream, over loopback?</summary>
/// <remarks>
/// Both read the text of what they get, as a caller does. The server runs in the same process, so that its work and its memory are in both
/// figures. Streams have <see cref="CannedServer.Chunks"/> chunks; figures of theirs are per chunk, over which the cost of opening one is
/// spread. The SDK has no <see cref="IChatClient"/> of its own to compare with.
/// </remarks>
[MemoryDiagnoser]
[WarmupCount(3)]
[IterationCount(10)]
[GroupBenchmarksBy(BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class OpenAIAdapterBenchmarks
{
    private const string Key = "no-key-is-needed";
    private const string Prompt = "Hi";

    private CannedServer _server = null!; // set before every benchmark, as the others
    private IChatClient _adapter = null!;
    private ChatClient _sdk = null!;

    [GlobalSetup]
    public void Setup()
    {
        _server = CannedServer.StartAsync("openai").GetAwaiter().GetResult();
        Uri endpoint = new(_server.Address, "v1");
        _adapter = new OpenAICompatibleProvider(OpenAICompatibleKinds.OpenAI)
            .CreateClient(new() { Provider = "benchmark", Kind = "openai", ModelId = "asked", ApiKey = Key, Endpoint = endpoint });
        _sdk = new ChatClient("asked", new ApiKeyCredential(Key), new OpenAIClientOptions { Endpoint = endpoint });
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _adapter.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("call")]
    public async Task<string> CallSdk() => (await _sdk.CompleteChatAsync(Prompt)).Value.Content[0].Text;

    [Benchmark]
    [BenchmarkCategory("call")]
    public async Task<string> CallAdapter() => (await _adapter.GetResponseAsync(Prompt)).Text;

    [Benchmark(Baseline = true, OperationsPerInvoke = CannedServer.Chunks)]
    [BenchmarkCategory("chunk")]
    public async Task<int> ChunkSdk()
    {
        int length = 0;
        await foreach (StreamingChatCompletionUpdate update in _sdk.CompleteChatStreamingAsync(Prompt))
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate)
            {
                length += part.Text.Length;
            }
        }

        return CannedServer.Checked(length);
    }

    [Benchmark(OperationsPerInvoke = CannedServer.Chunks)]
    [BenchmarkCategory("chunk")]
    public Task<int> ChunkAdapter() => CannedServer.ReadAsync(_adapter, Prompt);
}
