using System.ClientModel;
using Anthropic;
using Anthropic.Core;
using Anthropic.Models.Messages;
using BenchmarkDotNet.Attributes;
using LlmRouting.Providers.Anthropic;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace LlmRouting.Benchmarks;

/// <summary>What does an adapter add to its SDK, for a whole answer and for each chunk of a stream, over loopback?</summary>
/// <remarks>
/// The server runs in the same process, so that its work and its memory are in both figures: compare the differences. Streams have
/// <see cref="CannedServer.Chunks"/> chunks; figures of theirs are per chunk, over which the cost of opening one is spread.
/// </remarks>
[MemoryDiagnoser]
[WarmupCount(3)]
[IterationCount(10)]
[GroupBenchmarksBy(BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class AdapterBenchmarks
{
    private const string Key = "no-key-is-needed";
    private const string Prompt = "Hi";

    private CannedServer _server = null!; // set before every benchmark, as the others
    private IChatClient _adapter = null!;
    private ChatClient _openai = null!;
    private AnthropicClient _anthropic = null!;

    [Params("openai", "anthropic")]
    public string Sdk { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _server = CannedServer.StartAsync(Sdk).GetAwaiter().GetResult();
        ModelEndpointSettings settings = new() { Provider = "benchmark", Kind = Sdk, ModelId = "asked", ApiKey = Key, Endpoint = new Uri(_server.Address, "v1") };
        _adapter = Sdk == "openai"
            ? new OpenAICompatibleProvider(OpenAICompatibleKinds.OpenAI).CreateClient(settings)
            : new AnthropicProvider().CreateClient(settings);
        _openai = new ChatClient("asked", new ApiKeyCredential(Key), new OpenAIClientOptions { Endpoint = new Uri(_server.Address, "v1") });
        _anthropic = new AnthropicClient(new ClientOptions { ApiKey = Key, BaseUrl = _server.Address.GetLeftPart(UriPartial.Authority) });
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _adapter.Dispose();
        _anthropic.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("call")]
    public async Task<string> CallSdk() => Sdk == "openai"
        ? (await _openai.CompleteChatAsync(Prompt)).Value.Content[0].Text
        : (await _anthropic.Messages.Create(Request())).Content[0].Json.GetRawText();

    [Benchmark]
    [BenchmarkCategory("call")]
    public async Task<string> CallAdapter() => (await _adapter.GetResponseAsync(Prompt)).Text;

    [Benchmark(Baseline = true, OperationsPerInvoke = CannedServer.Chunks)]
    [BenchmarkCategory("chunk")]
    public async Task<int> ChunkSdk()
    {
        int count = 0;
        if (Sdk == "openai")
        {
            await foreach (StreamingChatCompletionUpdate _ in _openai.CompleteChatStreamingAsync(Prompt))
            {
                count++;
            }
        }
        else
        {
            await foreach (RawMessageStreamEvent _ in _anthropic.Messages.CreateStreaming(Request()))
            {
                count++;
            }
        }

        return Checked(count);
    }

    [Benchmark(OperationsPerInvoke = CannedServer.Chunks)]
    [BenchmarkCategory("chunk")]
    public async Task<int> ChunkAdapter()
    {
        int count = 0;
        await foreach (ChatResponseUpdate _ in _adapter.GetStreamingResponseAsync(Prompt))
        {
            count++;
        }

        return Checked(count);
    }

    // A stream that broke would be fast.
    private static int Checked(int count) => count >= CannedServer.Chunks ? count : throw new InvalidOperationException($"Only {count} updates came.");

    private static MessageCreateParams Request() => new() { Model = "asked", MaxTokens = 100, Messages = [new UserMessageParam { Content = Prompt }] };
}
