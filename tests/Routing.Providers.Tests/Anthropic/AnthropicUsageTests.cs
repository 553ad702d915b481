using LlmRouting.Providers.Tests.Dialects;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Anthropic;

/// <summary>What is read of the usage: shapes written after the public reference of the API.</summary>
public sealed class AnthropicUsageTests
{
    private const string Plain = """{"input_tokens":100,"output_tokens":40}""";
    private const string Cached = """{"input_tokens":100,"cache_creation_input_tokens":30,"cache_read_input_tokens":900,"output_tokens":40}""";
    private const string Thinking = """{"input_tokens":100,"output_tokens":40,"output_tokens_details":{"thinking_tokens":25}}""";

    private static readonly AnthropicDialect Dialect = new();

    [TestCase(Plain, 100, null, null, null)]
    [TestCase(Cached, 1030, 900L, 30L, null)]
    [TestCase(Thinking, 100, null, null, 25L)]
    public async Task Answer_CountsWhatWasUsed_R15(string usage, long input, long? cached, long? written, long? reasoning)
    {
        string answer = Dialect.Answer("Hello").Replace("""{"input_tokens":12,"output_tokens":3}""", usage, StringComparison.Ordinal);

        UsageDetails details = await UsageAsync(LoopbackServer.Json(answer), streaming: false);

        Check(details, input, cached, written, reasoning);
    }

    // The first event counts the input, and the last one the output; some servers repeat the input there, which must not count twice.
    [TestCase("""{"input_tokens":100,"output_tokens":1}""", """{"output_tokens":40}""", 100, null, null)]
    [TestCase("""{"input_tokens":100,"output_tokens":1}""", """{"input_tokens":100,"output_tokens":40}""", 100, null, null)]
    [TestCase(
        """{"input_tokens":100,"cache_creation_input_tokens":30,"cache_read_input_tokens":900,"output_tokens":1}""", """{"output_tokens":40}""", 1030, 900L, 30L)]
    [TestCase(
        """{"input_tokens":100,"cache_creation_input_tokens":30,"cache_read_input_tokens":900,"output_tokens":1}""",
        """{"input_tokens":100,"cache_creation_input_tokens":30,"cache_read_input_tokens":900,"output_tokens":40}""",
        1030,
        900L,
        30L)]
    public async Task Stream_CountsFirstAndLastEventOnce_R15(string first, string last, long input, long? cached, long? written)
    {
        string stream = Dialect.Stream("Hello")
            .Replace("""{"input_tokens":12,"output_tokens":1}""", first, StringComparison.Ordinal)
            .Replace("""{"output_tokens":3}""", last, StringComparison.Ordinal);

        UsageDetails details = await UsageAsync(LoopbackServer.Sse(stream), streaming: true);

        Check(details, input, cached, written, reasoning: null);
    }

    [TestCase("end_turn", "stop")]
    [TestCase("stop_sequence", "stop")]
    [TestCase("max_tokens", "length")]
    [TestCase("model_context_window_exceeded", "length")]
    [TestCase("tool_use", "tool_calls")]
    [TestCase("refusal", "content_filter")]
    [TestCase("pause_turn", "pause_turn")]
    [TestCase("something_new", "something_new")]
    public async Task StopReason_IsTheFinishReason(string stopReason, string expected)
    {
        foreach (bool streaming in new[] { false, true })
        {
            Func<Microsoft.AspNetCore.Http.HttpContext, Task> reply = streaming
                ? LoopbackServer.Sse(Dialect.Stream("Hello").Replace("end_turn", stopReason, StringComparison.Ordinal))
                : LoopbackServer.Json(Dialect.Answer("Hello").Replace("end_turn", stopReason, StringComparison.Ordinal));
            await using LoopbackServer server = await LoopbackServer.StartAsync(reply);
            using IChatClient client = Dialect.Client(server.Address);

            ChatResponse response = await client.AskAsync(streaming);

            Assert.That(response.FinishReason?.Value, Is.EqualTo(expected));
        }
    }

    private static void Check(UsageDetails details, long input, long? cached, long? written, long? reasoning)
    {
        Assert.That(details.InputTokenCount, Is.EqualTo(input), "input, cached and written tokens included");
        Assert.That(details.OutputTokenCount, Is.EqualTo(40));
        Assert.That(details.TotalTokenCount, Is.EqualTo(input + 40));
        Assert.That(details.CachedInputTokenCount, Is.EqualTo(cached));
        Assert.That(details.ReasoningTokenCount, Is.EqualTo(reasoning));
        Assert.That(details.AdditionalCounts?["CacheWriteInputTokens"], Is.EqualTo(written));
        Assert.That(details.AdditionalCounts?.ContainsKey("CacheCreationInputTokens"), Is.Not.True);
    }

    private static async Task<UsageDetails> UsageAsync(Func<Microsoft.AspNetCore.Http.HttpContext, Task> reply, bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(reply);
        using IChatClient client = Dialect.Client(server.Address);
        return (await client.AskAsync(streaming)).Usage!;
    }
}
