using System.Text.Json;
using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;
using ChatClient = OpenAI.Chat.ChatClient;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

public sealed class ResponseTests
{
    private const string Usage =
        """{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":2,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":7,"audio_tokens":1}}""";

    [Test]
    public async Task Answer_HasItsTextAndWhoGaveIt_R10([Values] bool streaming)
    {
        ChatResponse response = await AskAsync(streaming, Wire.Answer, Wire.AnswerEvents);

        Assert.That(response.Text, Is.EqualTo("Hello"));
        Assert.That(response.Messages, Has.Count.EqualTo(1));
        Assert.That(response.Messages[0].Role, Is.EqualTo(ChatRole.Assistant));
        Assert.That(response.Messages[0].MessageId, Is.EqualTo("r1"));
        Assert.That(response.ResponseId, Is.EqualTo("r1"));
        Assert.That(response.ModelId, Is.EqualTo("served"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That(response.CreatedAt, Is.EqualTo(DateTimeOffset.FromUnixTimeSeconds(1700000000)));
        Assert.That(response.Usage, Is.Null);
    }

    [Test]
    public async Task Answer_WithoutAModelNamesTheOneThatWasAsked([Values] bool streaming)
    {
        ChatResponse response = await AskAsync(
            streaming,
            """{"id":null,"created":null,"model":null,"choices":[{"message":{"role":null,"content":"x"},"finish_reason":"stop"}],"usage":null}""",
            ["""{"id":null,"created":null,"model":null,"choices":[{"delta":{"role":"","content":"x"},"finish_reason":"stop"}],"usage":null}"""]);

        Assert.That(response.Text, Is.EqualTo("x"));
        Assert.That(response.ModelId, Is.EqualTo("asked"));
        Assert.That(response.CreatedAt, Is.Null);
    }

    [Test]
    public async Task Usage_IsReadWhole([Values] bool streaming)
    {
        ChatResponse response = await AskAsync(
            streaming,
            $$$"""{"id":"r","choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{{{Usage}}}}""",
            ["""{"id":"r","choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}""", $$$"""{"id":"r","choices":[],"usage":{{{Usage}}}}"""]);

        UsageDetails usage = response.Usage!;
        Assert.That(usage.InputTokenCount, Is.EqualTo(10));
        Assert.That(usage.OutputTokenCount, Is.EqualTo(20));
        Assert.That(usage.TotalTokenCount, Is.EqualTo(30));
        Assert.That(usage.CachedInputTokenCount, Is.EqualTo(4));
        Assert.That(usage.ReasoningTokenCount, Is.EqualTo(7));
        Assert.That(usage.AdditionalCounts, Is.EquivalentTo(new Dictionary<string, long>
        {
            ["CacheWriteInputTokens"] = 3,
            ["InputAudioTokens"] = 2,
            ["OutputAudioTokens"] = 1,
        }));
    }

    [Test]
    public async Task Usage_ThatCountsUpInEveryChunkIsCountedOnce()
    {
        ChatResponse response = await AskAsync(streaming: true, "", [
            """{"id":"r","choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11}}""",
            """{"id":"r","choices":[{"delta":{"content":"y"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}""",
        ]);

        Assert.That(response.Usage!.InputTokenCount, Is.EqualTo(10));
        Assert.That(response.Usage.OutputTokenCount, Is.EqualTo(2));
    }

    [Test]
    public async Task Usage_IsFoundWhereDeepSeekAndGroqPutIt()
    {
        ChatResponse deepSeek = await AskAsync(
            streaming: false, """{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":10,"prompt_cache_hit_tokens":6}}""", []);
        ChatResponse groq = await AskAsync(
            streaming: true, "", ["""{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":8}}}"""]);

        Assert.That(deepSeek.Usage!.CachedInputTokenCount, Is.EqualTo(6));
        Assert.That(groq.Usage!.InputTokenCount, Is.EqualTo(8));
    }

    [TestCase("stop", "stop")]
    [TestCase("eos", "stop")]
    [TestCase("length", "length")]
    [TestCase("model_length", "length")]
    [TestCase("tool_calls", "tool_calls")]
    [TestCase("content_filter", "content_filter")]
    [TestCase("something_new", "something_new")]
    public async Task FinishReason_IsRead(string wire, string expected)
    {
        foreach (bool streaming in new[] { false, true })
        {
            ChatResponse response = await AskAsync(
                streaming,
                $$$"""{"choices":[{"message":{"content":"x"},"finish_reason":"{{{wire}}}"}]}""",
                [$$$"""{"choices":[{"delta":{"content":"x"},"finish_reason":"{{{wire}}}"}]}"""]);

            Assert.That(response.FinishReason!.Value.Value, Is.EqualTo(expected));
        }
    }

    [TestCase(" ")]
    [TestCase("\\t")]
    [TestCase("\\u0000 ", false)]
    public async Task FinishReason_ThatIsBlankIsNone_R3(string wire, bool isBlank = true)
    {
        ChatResponse whole = await AskAsync(streaming: false, $$$"""{"choices":[{"message":{"content":"x"},"finish_reason":"{{{wire}}}"}]}""", []);

        Assert.That(whole.FinishReason is null, Is.EqualTo(isBlank));
        if (isBlank)
        {
            ProviderException? e = await Assert.ThrowsAsync<ProviderException>(
                () => AskAsync(streaming: true, "", [$$$"""{"choices":[{"delta":{"content":"x"},"finish_reason":"{{{wire}}}"}]}"""]));
            Assert.That(e!.Kind, Is.EqualTo(FailureKind.TruncatedStream));
        }
    }

    [TestCase("error", FailureKind.ServerError)]
    [TestCase("insufficient_system_resource", FailureKind.Overloaded)]
    [TestCase("abort", FailureKind.TruncatedStream)]
    public async Task FinishReason_ThatIsAFailureIsThrown_R3(string wire, FailureKind expected)
    {
        foreach (bool streaming in new[] { false, true })
        {
            ProviderException? e = await Assert.ThrowsAsync<ProviderException>(() => AskAsync(
                streaming,
                $$$"""{"choices":[{"message":{"content":"x"},"finish_reason":"{{{wire}}}"}]}""",
                [$$$"""{"choices":[{"delta":{"content":"x"},"finish_reason":"{{{wire}}}"}]}"""]));

            Assert.That(e!.Kind, Is.EqualTo(expected));
        }
    }

    [TestCase("reasoning_content")]
    [TestCase("reasoning")]
    public async Task Reasoning_IsReadFromEitherField(string field)
    {
        foreach (bool streaming in new[] { false, true })
        {
            ChatResponse response = await AskAsync(
                streaming,
                $$$"""{"id":"r","choices":[{"message":{"{{{field}}}":"hm, well","content":"Yes"},"finish_reason":"stop"}]}""",
                [
                    $$$"""{"id":"r","choices":[{"delta":{"{{{field}}}":"hm, "}}]}""",
                    $$$"""{"id":"r","choices":[{"delta":{"{{{field}}}":"well"}}]}""",
                    """{"id":"r","choices":[{"delta":{"content":"Yes"},"finish_reason":"stop"}]}""",
                ]);

            AIContent[] contents = [.. response.Messages.Single().Contents];
            Assert.That(contents.OfType<TextReasoningContent>().Single().Text, Is.EqualTo("hm, well"));
            Assert.That(contents[0], Is.InstanceOf<TextReasoningContent>());
            Assert.That(response.Text, Is.EqualTo("Yes"));
        }
    }

    [Test]
    public async Task Content_MayBePartsWithThinking([Values] bool streaming)
    {
        const string Parts = """[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"Yes"}]""";

        ChatResponse response = await AskAsync(
            streaming,
            $$$"""{"choices":[{"message":{"content":{{{Parts}}}},"finish_reason":"stop"}]}""",
            [$$$"""{"choices":[{"delta":{"content":{{{Parts}}}},"finish_reason":"stop"}]}"""]);

        Assert.That(response.Messages.Single().Contents.OfType<TextReasoningContent>().Single().Text, Is.EqualTo("hm"));
        Assert.That(response.Text, Is.EqualTo("Yes"));
    }

    [Test]
    public async Task Refusal_IsAnErrorContent([Values] bool streaming)
    {
        ChatResponse response = await AskAsync(
            streaming,
            """{"choices":[{"message":{"content":null,"refusal":"I will not."},"finish_reason":"stop"}]}""",
            [
                """{"choices":[{"delta":{"refusal":"I will "}}]}""",
                """{"choices":[{"delta":{"refusal":"not."}}]}""",
                """{"choices":[{"delta":{},"finish_reason":"stop"}]}""",
            ]);

        ErrorContent refusal = (ErrorContent)response.Messages.Single().Contents.Single();
        Assert.That(refusal.ErrorCode, Is.EqualTo("Refusal"));
        Assert.That(refusal.Message, Is.EqualTo("I will not."));
    }

    [Test]
    public async Task LogProbabilities_AndFingerprintAreOnTheResponse([Values] bool streaming)
    {
        const string First = """{"token":"a","logprob":-0.5,"top_logprobs":[]}""";
        const string Second = """{"token":"b","logprob":-0.25,"top_logprobs":[]}""";

        ChatResponse response = await AskAsync(
            streaming,
            $$$"""{"id":"r","system_fingerprint":"fp","choices":[{"message":{"content":"ab"},"logprobs":{"content":[{{{First}}},{{{Second}}}]},"finish_reason":"stop"}]}""",
            [
                $$$"""{"id":"r","system_fingerprint":"fp","choices":[{"delta":{"content":"a"},"logprobs":{"content":[{{{First}}}]}}]}""",
                $$$"""{"id":"r","system_fingerprint":"fp","choices":[{"delta":{"content":"b"},"logprobs":{"content":[{{{Second}}}]},"finish_reason":"stop"}]}""",
            ]);

        JsonElement[] tokens = (JsonElement[])response.AdditionalProperties!["logprobs"]!;
        Assert.That(tokens.Select(t => t.GetProperty("logprob").GetDouble()), Is.EqualTo(new[] { -0.5, -0.25 }));
        Assert.That(response.AdditionalProperties["system_fingerprint"], Is.EqualTo("fp"));
        Assert.That(response.Messages, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Answer_WithoutContentIsEmptyNotAnError([Values] bool streaming)
    {
        ChatResponse response = await AskAsync(
            streaming,
            """{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}""",
            ["""{"choices":[{"delta":{},"finish_reason":"stop"}]}"""]);

        Assert.That(response.Messages.SelectMany(m => m.Contents), Is.Empty);
    }

    [TestCase("""{}""", FailureKind.MalformedResponse)]
    [TestCase("""[]""", FailureKind.MalformedResponse)]
    [TestCase("""{"choices":[]}""", FailureKind.MalformedResponse)]
    [TestCase("""{"choices":[{}]}""", FailureKind.MalformedResponse)]
    [TestCase("""{"id":"i","cho""", FailureKind.MalformedResponse)]
    [TestCase("""<html>""", FailureKind.MalformedResponse)]
    [TestCase("", FailureKind.MalformedResponse)]
    [TestCase("""{"choices":[{"message":{"content":"\ud83d"},"finish_reason":"stop"}]}""", FailureKind.MalformedResponse)]
    [TestCase("""{"error":{"message":"boom","code":502}}""", FailureKind.ServerError)]
    [TestCase("""{"choices":[{"error":{"code":429,"message":"slow"}}]}""", FailureKind.RateLimited)]
    public async Task WholeAnswer_ThatIsNoneIsThrown(string body, FailureKind expected)
    {
        // A JSON body instead of a stream is read as a whole answer, so both modes see the same.
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(body));
        using IChatClient client = Wire.Client(server);
        foreach (bool streaming in new[] { false, true })
        {
            ProviderException? e = await Assert.ThrowsAsync<ProviderException>(() => client.AskAsync(streaming));

            Assert.That(e!.Kind, Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Stream_ThatComesAsAWholeAnswerIsRead()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        using IChatClient client = Wire.Client(server);

        ChatResponse response = await client.AskAsync(streaming: true);

        Assert.That(response.Text, Is.EqualTo("Hello"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
    }

    [Test]
    public void GetService_KnowsWhatTheClientIs()
    {
        using IChatClient client = Wire.Client(new Uri("https://example.org/v1"), "groq");

        ChatClientMetadata? metadata = client.GetService<ChatClientMetadata>();

        Assert.That(metadata!.ProviderName, Is.EqualTo("groq"));
        Assert.That(metadata.ProviderUri, Is.EqualTo(new Uri("https://example.org/v1")));
        Assert.That(metadata.DefaultModelId, Is.EqualTo("asked"));
        Assert.That(client.GetService<ChatClient>(), Is.Not.Null);
        Assert.That(client.GetService<OpenAICompatibleChatClient>(), Is.SameAs(client));
        Assert.That(client.GetService<IChatClient>(), Is.SameAs(client));
        Assert.That(client.GetService<ChatClientMetadata>("key"), Is.Null);
    }

    private static async Task<ChatResponse> AskAsync(bool streaming, string answer, string[] events)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Wire.Either(streaming, answer, events));
        using IChatClient client = Wire.Client(server);
        return await client.AskAsync(streaming);
    }
}
