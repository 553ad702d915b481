using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

public sealed class ToolCallTests
{
    [Test]
    public async Task Calls_AreReadWithTheirArguments([Values] bool streaming)
    {
        FunctionCallContent[] calls = await CallsAsync(
            streaming,
            """[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1,\"b\":null}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}}]""",
            """[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]""",
            """[{"index":1,"id":"c2","type":"function","function":{"name":"g"}}]""",
            """[{"index":0,"function":{"arguments":"{\"a\":"}}]""",
            """[{"index":1,"function":{"arguments":""}},{"index":0,"function":{"arguments":"1,\"b\":null}"}}]""");

        Assert.That(calls.Select(c => c.CallId), Is.EqualTo(new[] { "c1", "c2" }));
        Assert.That(calls.Select(c => c.Name), Is.EqualTo(new[] { "f", "g" }));
        Assert.That(((JsonElement)calls[0].Arguments!["a"]!).GetInt32(), Is.EqualTo(1));
        Assert.That(calls[0].Arguments, Does.ContainKey("b").WithValue(null));
        Assert.That(calls[1].Arguments, Is.Empty);
        Assert.That(calls, Has.All.Property(nameof(FunctionCallContent.Exception)).Null);
    }

    [TestCase("{bad")]
    [TestCase("[1]")]
    [TestCase("\\\"text\\\"")]
    public async Task Arguments_ThatAreNoObjectSetTheException(string arguments)
    {
        foreach (bool streaming in new[] { false, true })
        {
            FunctionCallContent call = (await CallsAsync(
                streaming,
                $$$"""[{"id":"c1","function":{"name":"f","arguments":"{{{arguments}}}"}}]""",
                $$$"""[{"index":0,"id":"c1","function":{"name":"f","arguments":"{{{arguments}}}"}}]""")).Single();

            Assert.That(call.Exception, Is.Not.Null);
            Assert.That(call.Name, Is.EqualTo("f"));
        }
    }

    [Test]
    public async Task Arguments_MayComeAsAnObject([Values] bool streaming)
    {
        FunctionCallContent call = (await CallsAsync(
            streaming,
            """[{"id":"c1","function":{"name":"f","arguments":{"a":"x"}}}]""",
            """[{"index":0,"id":"c1","function":{"name":"f","arguments":{"a":"x"}}}]""")).Single();

        Assert.That(((JsonElement)call.Arguments!["a"]!).GetString(), Is.EqualTo("x"));
    }

    [Test]
    public async Task Calls_WithTheSameIndexAreToldApartById()
    {
        FunctionCallContent[] calls = await CallsAsync(
            streaming: true,
            "",
            """[{"index":0,"id":"c1","function":{"name":"f","arguments":"{}"}}]""",
            """[{"index":0,"id":"c2","function":{"name":"g","arguments":"{}"}}]""");

        Assert.That(calls.Select(c => c.Name), Is.EqualTo(new[] { "f", "g" }));
    }

    [Test]
    public async Task Calls_WithoutAnIdGetOneOfTheirOwn([Values] bool streaming)
    {
        FunctionCallContent[] calls = await CallsAsync(
            streaming,
            """[{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":"{}"}}]""",
            """[{"index":0,"function":{"name":"f","arguments":"{}"}},{"index":1,"function":{"name":"g","arguments":"{}"}}]""");

        Assert.That(calls.Select(c => c.CallId), Is.EqualTo(new[] { "r-0", "r-1" }));
    }

    [Test]
    public async Task Call_WithoutANameIsMalformed([Values] bool streaming)
    {
        ProviderException? e = await Assert.ThrowsAsync<ProviderException>(() => CallsAsync(
            streaming,
            """[{"id":"c1","function":{"arguments":"{}"}}]""",
            """[{"index":0,"id":"c1","function":{"arguments":"{}"}}]"""));

        Assert.That(e!.Kind, Is.EqualTo(FailureKind.MalformedResponse));
    }

    [Test]
    public async Task Call_IsNotShownBeforeItIsComplete_R3()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Events(
            """{"id":"r","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{\"a\":1"}}]}}]}"""));
        using IChatClient client = Wire.Client(server);
        List<ChatResponseUpdate> seen = [];

        ProviderException? e = await Assert.ThrowsAsync<ProviderException>(
            () => client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")]).CollectAsync(seen));

        Assert.That(e!.Kind, Is.EqualTo(FailureKind.TruncatedStream));
        Assert.That(seen.SelectMany(u => u.Contents), Is.Empty);
    }

    private static async Task<FunctionCallContent[]> CallsAsync(bool streaming, string whole, params string[] deltas)
    {
        string[] events =
        [
            .. deltas.Select(d => $$$"""{"id":"r","choices":[{"index":0,"delta":{"tool_calls":{{{d}}}}}]}"""),
            """{"id":"r","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""",
        ];
        string answer = $$$"""{"id":"r","choices":[{"message":{"content":null,"tool_calls":{{{whole}}}},"finish_reason":"tool_calls"}]}""";
        await using LoopbackServer server = await LoopbackServer.StartAsync(Wire.Either(streaming, answer, events));
        using IChatClient client = Wire.Client(server);

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.ToolCalls));
        return [.. response.Messages.Single().Contents.Cast<FunctionCallContent>()];
    }
}
