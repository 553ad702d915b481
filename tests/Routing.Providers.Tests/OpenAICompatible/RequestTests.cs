using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatResponseFormat = Microsoft.Extensions.AI.ChatResponseFormat;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

public sealed class RequestTests
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration(
        "weather", "Tells the weather.", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    private static readonly TestCaseData[] Fields =
    [
        Case(new() { Temperature = 0.5f }, "temperature", "0.5"),
        Case(new() { TopP = 0.25f }, "top_p", "0.25"),
        Case(new() { TopK = 40 }, "top_k", "40"),
        Case(new() { FrequencyPenalty = 0.5f }, "frequency_penalty", "0.5"),
        Case(new() { PresencePenalty = -0.5f }, "presence_penalty", "-0.5"),
        Case(new() { Seed = 42 }, "seed", "42"),
        Case(new() { MaxOutputTokens = 7 }, "max_tokens", "7"),
        Case(new() { StopSequences = ["a", "b"] }, "stop", """["a","b"]"""),
        Case(new() { ModelId = "other" }, "model", "\"other\""),
        Case(new(), "model", "\"asked\""),
        Case(new() { Reasoning = new() { Effort = ReasoningEffort.None } }, "reasoning_effort", "\"none\""),
        Case(new() { Reasoning = new() { Effort = ReasoningEffort.Low } }, "reasoning_effort", "\"low\""),
        Case(new() { Reasoning = new() { Effort = ReasoningEffort.Medium } }, "reasoning_effort", "\"medium\""),
        Case(new() { Reasoning = new() { Effort = ReasoningEffort.High } }, "reasoning_effort", "\"high\""),
        Case(new() { Reasoning = new() { Effort = ReasoningEffort.ExtraHigh } }, "reasoning_effort", "\"xhigh\""),
        Case(new() { AdditionalProperties = new() { ["logprobs"] = true } }, "logprobs", "true"),
        Case(new() { AdditionalProperties = new() { ["top_logprobs"] = 3 } }, "top_logprobs", "3"),
        Case(new() { AdditionalProperties = new() { ["top_logprobs"] = 3 } }, "logprobs", "true"),
        Case(new() { ResponseFormat = ChatResponseFormat.Text }, "response_format", """{"type":"text"}"""),
        Case(new() { ResponseFormat = ChatResponseFormat.Json }, "response_format", """{"type":"json_object"}"""),
        Case(new() { Tools = [Weather], ToolMode = ChatToolMode.Auto }, "tool_choice", "\"auto\""),
        Case(new() { Tools = [Weather], ToolMode = ChatToolMode.None }, "tool_choice", "\"none\""),
        Case(new() { Tools = [Weather], ToolMode = ChatToolMode.RequireAny }, "tool_choice", "\"required\""),
        Case(
            new() { Tools = [Weather], ToolMode = ChatToolMode.RequireSpecific("weather") },
            "tool_choice",
            """{"type":"function","function":{"name":"weather"}}"""),
        Case(new() { Tools = [Weather], AllowMultipleToolCalls = false }, "parallel_tool_calls", "false"),
        Case(new() { ToolMode = ChatToolMode.Auto, AllowMultipleToolCalls = false }, "tool_choice", "absent"),
        Case(new() { ToolMode = ChatToolMode.Auto, AllowMultipleToolCalls = false }, "parallel_tool_calls", "absent"),
        Case(new() { ConversationId = "c" }, "conversation", "absent"),
    ];

    [TestCaseSource(nameof(Fields))]
    public async Task Options_ReachTheWire(ChatOptions options, string field, string expected)
    {
        JsonElement whole = await Wire.SendAsync(streaming: false, options);
        JsonElement streamed = await Wire.SendAsync(streaming: true, options);

        Assert.That(whole.Raw(field), Is.EqualTo(expected));
        Assert.That(streamed.Raw(field), Is.EqualTo(expected));
    }

    [Test]
    public async Task NoOptions_SendOnlyModelAndMessages()
    {
        JsonElement body = await Wire.SendAsync(streaming: false);

        Assert.That(body.EnumerateObject().Select(p => p.Name), Is.EquivalentTo(new[] { "model", "messages" }));
    }

    [TestCase("openai", """{"include_usage":true}""")]
    [TestCase("mistral", "absent")]
    public async Task Stream_AsksForItsUsage(string kind, string expected)
    {
        JsonElement body = await Wire.SendAsync(streaming: true, kind: kind);

        Assert.That(body.Raw("stream"), Is.EqualTo("true"));
        Assert.That(body.Raw("stream_options"), Is.EqualTo(expected));
    }

    [TestCase("openai", "", "max_completion_tokens")]
    [TestCase("azure-openai", "", "max_completion_tokens")]
    [TestCase("groq", "", "max_completion_tokens")]
    [TestCase("vllm", "", "max_tokens")]
    [TestCase("openai", "max_tokens", "max_tokens")]
    [TestCase("vllm", "max_completion_tokens", "max_completion_tokens")]
    public async Task MaxTokensField_DependsOnKindAndProperty(string kind, string property, string expected)
    {
        (string, string)[] properties = property.Length == 0 ? [] : [("MaxTokensField", property)];

        JsonElement body = await Wire.SendAsync(streaming: false, new() { MaxOutputTokens = 9 }, kind: kind, properties: properties);

        Assert.That(body.Raw(expected), Is.EqualTo("9"));
        Assert.That(body.EnumerateObject().Count(p => p.Name.StartsWith("max_", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task TopK_IsDroppedWhereItIsUnknown()
    {
        JsonElement body = await Wire.SendAsync(streaming: false, new() { TopK = 5 }, kind: "openai");

        Assert.That(body.Raw("top_k"), Is.EqualTo("absent"));
    }

    [Test]
    public async Task Seed_HasItsOwnNameAtMistral()
    {
        JsonElement body = await Wire.SendAsync(streaming: false, new() { Seed = 5 }, kind: "mistral");

        Assert.That(body.Raw("random_seed"), Is.EqualTo("5"));
        Assert.That(body.Raw("seed"), Is.EqualTo("absent"));
    }

    [Test]
    public async Task Tools_ReachTheWire([Values] bool streaming)
    {
        JsonElement body = await Wire.SendAsync(streaming, new() { Tools = [Weather] });

        Assert.That(body.Raw("tools"), Is.EqualTo(
            """[{"type":"function","function":{"description":"Tells the weather.","name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]"""));
    }

    [Test]
    public async Task JsonSchema_CarriesNameAndDescription([Values(null, true, false)] bool? strict)
    {
        ChatOptions options = new()
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}"""), "List<City>", "Cities."),
            AdditionalProperties = strict is null ? null : new() { ["strict"] = strict },
        };

        JsonElement body = await Wire.SendAsync(streaming: false, options);

        JsonElement format = body.GetProperty("response_format");
        JsonElement schema = format.GetProperty("json_schema");
        Assert.That(format.Raw("type"), Is.EqualTo("\"json_schema\""));
        Assert.That(schema.Raw("name"), Is.EqualTo("\"List_City_\""));
        Assert.That(schema.Raw("description"), Is.EqualTo("\"Cities.\""));
        Assert.That(schema.Raw("schema"), Is.EqualTo("""{"type":"object"}"""));
        Assert.That(schema.Raw("strict"), Is.EqualTo(strict switch { null => "absent", true => "true", false => "false" }));
    }

    [Test]
    public async Task RawRepresentationFactory_WinsOverTheOptions([Values] bool streaming)
    {
        ChatOptions options = new()
        {
            Temperature = 0.1f,
            TopP = 0.2f,
            StopSequences = ["b"],
            MaxOutputTokens = 3,
            RawRepresentationFactory = _ =>
            {
                ChatCompletionOptions own = new() { Temperature = 0.75f, EndUserId = "u1", MaxOutputTokenCount = 5 };
                own.StopSequences.Add("a");
                return own;
            },
        };

        JsonElement body = await Wire.SendAsync(streaming, options);

        Assert.That(body.Raw("temperature"), Is.EqualTo("0.75"));
        Assert.That(body.Raw("top_p"), Is.EqualTo("0.2"));
        Assert.That(body.Raw("user"), Is.EqualTo("\"u1\""));
        Assert.That(body.Raw("stop"), Is.EqualTo("""["a","b"]"""));
        Assert.That(body.Raw("max_tokens"), Is.EqualTo("5"));
    }

    [Test]
    public async Task HostedTool_IsAnInvalidRequest([Values] bool streaming)
    {
        using IChatClient client = Wire.Client(new Uri("http://127.0.0.1:9/v1"));

        ProviderException? e = await Assert.ThrowsAsync<ProviderException>(() => client.AskAsync(streaming, new() { Tools = [new HostedWebSearchTool()] }));

        Assert.That(e!.Kind, Is.EqualTo(FailureKind.InvalidRequest));
        Assert.That(e.Message, Does.Contain(nameof(HostedWebSearchTool)));
    }

    [Test]
    public async Task Request_NeverChangesTheCallersOptionsOrMessages_R9([Values] bool streaming)
    {
        ChatOptions options = new()
        {
            Instructions = "Be brief.",
            ModelId = "other",
            MaxOutputTokens = 5,
            TopK = 3,
            StopSequences = ["x"],
            Tools = [Weather],
            AdditionalProperties = new() { ["logprobs"] = true, ["llm.routing.hints"] = new object() },
        };
        List<ChatMessage> messages =
        [
            new(ChatRole.User, "Hi"),
            new(ChatRole.Assistant, [new TextReasoningContent("hm"), new FunctionCallContent("c1", "weather", new Dictionary<string, object?> { ["city"] = "Oslo" })]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "rain")]),
        ];
        string before = JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions);
        ChatOptions copy = options.Clone();

        await Wire.SendAsync(streaming, options, messages);

        Assert.That(JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions), Is.EqualTo(before));
        Assert.That(options.Instructions, Is.EqualTo(copy.Instructions));
        Assert.That(options.StopSequences, Is.EqualTo(copy.StopSequences));
        Assert.That(options.Tools, Is.EqualTo(copy.Tools));
        Assert.That(options.AdditionalProperties, Is.EqualTo(copy.AdditionalProperties));
        Assert.That(options.ModelId, Is.EqualTo("other"));
    }

    [Test]
    public async Task Parallel_RequestsKeepTheirOwnModel()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        using IChatClient client = Wire.Client(server);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => client.AskAsync(
            streaming: false, new() { ModelId = $"m{i}" }, [new ChatMessage(ChatRole.User, $"m{i}")])));

        Assert.That(server.Requests, Has.Count.EqualTo(50));
        Assert.That(server.Requests, Has.All.Matches<ReceivedRequest?>(
            static r => r is not null && r.Body.GetProperty("model").GetString() == r.Body.GetProperty("messages")[0].GetProperty("content").GetString()));
    }

    private static TestCaseData Case(ChatOptions options, string field, string expected) =>
        new TestCaseData(options, field, expected).SetArgDisplayNames(field, expected);
}
