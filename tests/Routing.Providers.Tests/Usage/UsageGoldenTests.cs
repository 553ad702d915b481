using System.Text.Json;
using LlmRouting.Pipeline;
using LlmRouting.Providers.Tests.Dialects;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Providers.Tests.Usage;

/// <summary>Shows, for each shape of usage that the services send, what is counted and what it costs, to the last digit.</summary>
/// <remarks>Through everything: bytes on loopback, the SDK, the adapter, the router.</remarks>
public sealed class UsageGoldenTests
{
    private static readonly AnthropicDialect Anthropic = new();

    private static IEnumerable<UsageCase> Cases => UsageCase.All;

    [TestCaseSource(nameof(Cases))]
    public async Task Usage_IsCountedAndBooked_R15(object known)
    {
        UsageCase golden = (UsageCase)known;
        await using LoopbackServer server = await LoopbackServer.StartAsync(ReplyOf(golden));
        using IChatClient client = golden.Kind == Anthropic.Kind ? Anthropic.Client(server.Address) : Wire.Client(server, golden.Kind);
        using RoutingChatClient router = new RoutingPipeline
        {
            Models = [new RoutableModel(new ModelProfile { Id = "m", Prices = golden.Prices }, new ModelEndpoint(client))],
        }.Build();

        ChatResponse response = await router.AskAsync(golden.IsStreaming);

        RoutingAttempt attempt = response.GetRoutingOutcome()!.Attempts.Single();
        JsonElement expected = golden.Expected;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(attempt.InputTokens, Is.EqualTo(Count("inputTokens")), "input");
            Assert.That(attempt.OutputTokens, Is.EqualTo(Count("outputTokens")), "output");
            Assert.That(attempt.CachedInputTokens, Is.EqualTo(Count("cachedInputTokens")), "cached input");
            Assert.That(attempt.CacheWriteTokens, Is.EqualTo(Count("cacheWriteTokens")), "cache writes");
            Assert.That(attempt.ReasoningTokens, Is.EqualTo(Count("reasoningTokens")), "reasoning");
            Assert.That(attempt.ReportedCostUsd, Is.EqualTo(UsageCase.ToMoney(expected.GetProperty("reportedCostUsd"))), "reported cost");
            Assert.That(attempt.CostUsd, Is.EqualTo(UsageCase.ToMoney(expected.GetProperty("costUsd"))), "cost");
            Assert.That(attempt.Certainty.ToString(), Is.EqualTo(expected.GetProperty("certainty").GetString()), "certainty");
            Assert.That(
                response.Usage?.AdditionalCounts?.ToDictionary() ?? [],
                Is.EquivalentTo(expected.GetProperty("counts").EnumerateObject().ToDictionary(static count => count.Name, static count => count.Value.GetInt64())),
                "counts");
        }

        long? Count(string name) => expected.GetProperty(name) is { ValueKind: JsonValueKind.Number } count ? count.GetInt64() : null;
    }

    [Test]
    public void EveryNamedService_HasAGoldenFileInBothModes_R15()
    {
        string[] services = ["openai", "azure-openai", "groq", "openrouter", "ollama", "vllm", "deepseek", "mistral", "anthropic"];

        Assert.That(Cases.Where(static known => known.IsStreaming).Select(static known => known.Kind), Is.SupersetOf(services));
        Assert.That(Cases.Where(static known => !known.IsStreaming).Select(static known => known.Kind), Is.SupersetOf(services));
    }

    private static Func<HttpContext, Task> ReplyOf(UsageCase golden) => golden.IsStreaming ? LoopbackServer.Sse(golden.Stream) : LoopbackServer.Json(golden.Answer);
}
