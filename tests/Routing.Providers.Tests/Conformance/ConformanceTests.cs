using System.Text.Json;
using LlmRouting.Providers.Tests.Dialects;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Conformance;

/// <summary>Both adapters, alone and behind the router, against a server that others wrote after the services' formats.</summary>
/// <remarks>
/// Where aimock 1.43.0 differs from the services: it answers as Anthropic with OpenAI's body of errors and OpenAI's rate-limit headers, it counts
/// 0 tokens as Anthropic unless a fixture says how many, its first event of a stream counts the whole output already, and it keeps
/// no count of cached tokens. <see cref="Usage.UsageGoldenTests"/> has the services' own shapes. As Anthropic it takes images and schemas without a
/// look at them; <see cref="OptionTableTests"/> shows that they are sent.
/// </remarks>
[TestFixtureSource(nameof(Fixtures))]
public sealed class ConformanceTests(WireDialect dialect, bool routed)
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration(
        "weather",
        "Tells the weather.",
        JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}"""));

    public static IEnumerable<TestFixtureData> Fixtures =>
        from dialect in WireDialect.All from routed in new[] { false, true } select new TestFixtureData(dialect, routed).SetArgDisplayNames(dialect.Kind, routed ? "routed" : "alone");

    [Test]
    public async Task Text_Arrives([Values] bool streaming)
    {
        using ConformanceClient client = new(dialect, routed);

        ChatResponse response = await client.Chat.AskAsync(streaming, messages: [new(ChatRole.User, "Please say hello")]);

        Assert.That(response.Text, Is.EqualTo("Hello there, how are you today?"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That(response.ModelId, Is.EqualTo("asked"));
        Assert.That(response.ResponseId, Does.StartWith(dialect is OpenAIDialect ? "chatcmpl-" : "msg_"));
    }

    [Test]
    public async Task Stream_ArrivesInPieces()
    {
        using ConformanceClient client = new(dialect, routed);

        List<ChatResponseUpdate> updates = await client.Chat.GetStreamingResponseAsync("Please say hello").CollectAsync();

        Assert.That(
            updates.Select(static update => update.Text).Where(static text => text.Length > 0),
            Is.EqualTo(new[] { "Hello th", "ere, how", " are you", " today?" }));
    }

    [Test]
    public async Task Usage_IsCountedOnce_R15([Values] bool streaming)
    {
        using ConformanceClient client = new(dialect, routed);

        ChatResponse response = await client.Chat.AskAsync(streaming, messages: [new(ChatRole.User, $"count for {dialect.Kind}")]);

        Assert.That(response.Usage?.InputTokenCount, Is.EqualTo(120));
        Assert.That(response.Usage?.OutputTokenCount, Is.EqualTo(7));
        Assert.That(response.Usage?.TotalTokenCount, Is.EqualTo(127));
        if (routed)
        {
            Assert.That(client.Outcome!.Attempts.Single().InputTokens, Is.EqualTo(120));
            Assert.That(client.Outcome.Attempts.Single().OutputTokens, Is.EqualTo(7));
        }
    }

    [Test]
    public async Task Tool_IsCalled_AndItsResultComesBack([Values] bool streaming)
    {
        using ConformanceClient client = new(dialect, routed);
        ChatOptions options = new() { Tools = [Weather] };
        List<ChatMessage> messages = [new(ChatRole.User, "weather in one city")];

        ChatResponse asked = await client.Chat.AskAsync(streaming, options, messages);
        FunctionCallContent call = asked.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>().Single();
        messages.AddRange(asked.Messages);
        messages.Add(new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "rain")]));
        ChatResponse answered = await client.Chat.AskAsync(streaming, options, messages);

        Assert.That(asked.FinishReason, Is.EqualTo(ChatFinishReason.ToolCalls));
        Assert.That(call.CallId, Is.EqualTo("call_one"));
        Assert.That(call.Name, Is.EqualTo("weather"));
        Assert.That(JsonSerializer.Serialize(call.Arguments), Is.EqualTo("""{"city":"Oslo","days":2}"""));
        Assert.That(answered.Text, Is.EqualTo("Take an umbrella."), "the server answers so only when the result with the call's id came");
    }

    [Test]
    public async Task ParallelTools_AreCalled_AndAllResultsComeBack([Values] bool streaming)
    {
        using ConformanceClient client = new(dialect, routed);
        ChatOptions options = new() { Tools = [Weather], AllowMultipleToolCalls = true };
        List<ChatMessage> messages = [new(ChatRole.User, "weather in two cities")];

        ChatResponse asked = await client.Chat.AskAsync(streaming, options, messages);
        FunctionCallContent[] calls = [.. asked.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>()];
        messages.AddRange(asked.Messages);
        messages.Add(new(ChatRole.Tool, [.. calls.Select(static call => new FunctionResultContent(call.CallId, $"rain in {call.Arguments?["city"]}"))]));
        ChatResponse answered = await client.Chat.AskAsync(streaming, options, messages);

        Assert.That(calls.Select(static call => (call.CallId, call.Arguments?["city"]?.ToString())), Is.EqualTo(new[] { ("call_a", "Oslo"), ("call_b", "Bergen") }));
        Assert.That(answered.Text, Is.EqualTo("Rain in both."));
        JsonElement[] requests = await ConformanceSetUp.Server.ReadRequestsAsync(ConformanceClient.TestId);
        Assert.That(
            requests[^1].GetProperty("messages").EnumerateArray().Where(static m => m.GetProperty("role").GetString() == "tool").Select(static m => m.GetProperty("tool_call_id").GetString()),
            Is.EqualTo(new[] { "call_a", "call_b" }),
            "what the server understood");
    }

    [Test]
    public async Task StructuredOutput_IsAskedForAndArrives([Values] bool streaming)
    {
        using ConformanceClient client = new(dialect, routed);
        JsonElement schema = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"},"degrees":{"type":"integer"}},"required":["city","degrees"],"additionalProperties":false}""");
        ChatOptions options = new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "report") };

        ChatResponse response = await client.Chat.AskAsync(streaming, options, [new(ChatRole.User, "the weather as an object")]);

        JsonElement answer = JsonElement.Parse(response.Text);
        Assert.That(answer.GetProperty("degrees").GetInt32(), Is.EqualTo(7));
        if (dialect is OpenAIDialect)
        {
            Assert.That((await UnderstoodAsync()).GetProperty("response_format").GetProperty("json_schema").GetProperty("name").GetString(), Is.EqualTo("report"));
        }
    }

    [Test]
    public async Task Conversation_GoesThereWhole([Values] bool streaming)
    {
        using ConformanceClient client = new(dialect, routed);
        ChatMessage[] messages =
        [
            new(ChatRole.System, "Be brief."),
            new(ChatRole.User, "My name is Ada."),
            new(ChatRole.Assistant, "Hello Ada."),
            new(ChatRole.User, "Now what was my name?"),
        ];

        ChatResponse response = await client.Chat.AskAsync(streaming, null, messages);

        Assert.That(response.Text, Is.EqualTo("Ada"), "the server answers so only after one earlier answer, and with the instruction");
        Assert.That(
            (await UnderstoodAsync()).GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("role").GetString()),
            Is.EqualTo(new[] { "system", "user", "assistant", "user" }));
    }

    [Test]
    public async Task Image_GoesThere([Values] bool streaming)
    {
        byte[] pixel = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");
        using ConformanceClient client = new(dialect, routed);

        ChatResponse response = await client.Chat.AskAsync(
            streaming, null, [new(ChatRole.User, [new TextContent("look at this"), new DataContent(pixel, "image/png")])]);

        Assert.That(response.Text, Is.EqualTo("A red square."));
        if (dialect is OpenAIDialect)
        {
            JsonElement parts = (await UnderstoodAsync()).GetProperty("messages")[0].GetProperty("content");
            Assert.That(parts[1].GetProperty("image_url").GetProperty("url").GetString(), Is.EqualTo($"data:image/png;base64,{Convert.ToBase64String(pixel)}"));
        }
    }

    private static async Task<JsonElement> UnderstoodAsync() => (await ConformanceSetUp.Server.ReadRequestsAsync(ConformanceClient.TestId)).Single();
}
