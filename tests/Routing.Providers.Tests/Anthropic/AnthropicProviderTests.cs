using System.Text.Json;
using Anthropic;
using LlmRouting.Providers.Anthropic;
using LlmRouting.Providers.Tests.Dialects;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Anthropic;

public sealed class AnthropicProviderTests
{
    private static readonly AnthropicDialect Dialect = new();

    [TestCase("")]
    [TestCase("/")]
    [TestCase("/v1")]
    [TestCase("/v1/")]
    public async Task Address_MayEndInTheVersionOrNot(string path)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Dialect.Reply(streaming: false, "Hello"));
        using IChatClient client = Dialect.Client(new Uri(server.Address.GetLeftPart(UriPartial.Authority) + path));

        await client.GetResponseAsync("Hi");

        Assert.That(server.Single.Path, Is.EqualTo("/v1/messages"));
        Assert.That(server.Single.Headers["Authorization"], Is.EqualTo($"Bearer {WireDialect.Key}"));
        Assert.That(server.Single.Headers["anthropic-version"], Is.EqualTo("2026-10-21"));
    }

    [Test]
    public async Task Headers_ReplaceThoseOfTheSdk([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Dialect.Reply(streaming, "Hello"));
        using IChatClient client = Dialect.Client(server.Address, null, ("Header:anthropic-version", "2023-06-01"), ("Header:x-team", "blue"));

        await client.AskAsync(streaming);

        Assert.That(server.Single.Headers["anthropic-version"], Is.EqualTo("2023-06-01"));
        Assert.That(server.Single.Headers["x-team"], Is.EqualTo("blue"));
    }

    [Test]
    public async Task MaxTokens_AreTheRequestsElseTheEndpointsElse4096([Values] bool streaming)
    {
        Assert.That((await SendAsync(streaming)).Raw("max_tokens"), Is.EqualTo("4096"));
        Assert.That((await SendAsync(streaming, properties: ("MaxTokens", "900"))).Raw("max_tokens"), Is.EqualTo("900"));
        Assert.That((await SendAsync(streaming, new() { MaxOutputTokens = 7 }, properties: ("MaxTokens", "900"))).Raw("max_tokens"), Is.EqualTo("7"));
    }

    [TestCase("MaxTokens", "0", "must be a whole number of at least 1")]
    [TestCase("MaxTokens", "many", "must be a whole number of at least 1")]
    [TestCase("ThinkingMode", "deep", "must be adaptive or extended")]
    public void Property_OfAnotherKindIsRefused(string name, string value, string problem) =>
        Assert.That(
            () => Dialect.Client(new Uri("http://localhost"), null, (name, value)),
            Throws.ArgumentException.With.Message.Contain($"'{value}' as the property {name}").And.Message.Contain(problem));

    [Test]
    public void Property_ThatIsMisspelt_IsRefused() =>
        Assert.That(
            static () => Dialect.Client(new Uri("http://localhost"), null, ("ThinkingMod", "extended")),
            Throws.ArgumentException.With.Message.Contain("'ThinkingMod', which this kind does not know; it knows ApiKeyEnvironmentVariable, AllowInsecure, MaxTokens, ThinkingMode"));

    [Test]
    public void Key_IsRequired() =>
        Assert.That(
            static () => new AnthropicProvider().CreateClient(new() { Provider = "somewhere", Kind = "anthropic", ModelId = "m" }),
            Throws.ArgumentException.With.Message.Contain("environment variable ANTHROPIC_API_KEY"));

    [Test]
    public async Task Tools_AreOfferedOneByOneWhereAsked([Values] bool streaming)
    {
        AIFunction tool = AIFunctionFactory.Create(static (string city) => city, "weather");

        JsonElement body = await SendAsync(streaming, new() { Tools = [tool], AllowMultipleToolCalls = false });
        JsonElement none = await SendAsync(streaming, new() { ToolMode = ChatToolMode.Auto });

        Assert.That(body.GetProperty("tools")[0].GetProperty("name").GetString(), Is.EqualTo("weather"));
        Assert.That(body.GetProperty("tool_choice").GetProperty("disable_parallel_tool_use").GetBoolean(), Is.True);
        Assert.That(none.Raw("tool_choice"), Is.EqualTo("absent"), "the service refuses a choice without tools");
    }

    [Test]
    public async Task ForeignReasoning_AndDevelopersWords_AreFittedToTheFormat([Values] bool streaming)
    {
        ChatMessage developer = new(new ChatRole("developer"), "Be brief.");
        ChatMessage earlier = new(ChatRole.Assistant, [new TextReasoningContent("unsigned"), new TextContent("Hello")]);

        JsonElement body = await SendAsync(streaming, messages: [developer, new(ChatRole.User, "Hi"), earlier, new(ChatRole.User, "Again")]);

        Assert.That(body.GetProperty("system")[0].GetProperty("text").GetString(), Is.EqualTo("Be brief."));
        Assert.That(body.GetProperty("messages").ToString(), Does.Not.Contain("unsigned"));
        Assert.That(earlier.Contents, Has.Count.EqualTo(2), "the caller's message is left as it was");
        Assert.That(developer.Role.Value, Is.EqualTo("developer"));
    }

    [Test]
    public async Task ParallelToolCalls_ArriveWhole([Values] bool streaming)
    {
        string calls = """[{"type":"tool_use","id":"t1","name":"a","input":{"x":1}},{"type":"tool_use","id":"t2","name":"b","input":{"y":"z"}}]""";
        string stream = Dialect.Opening[..Dialect.Opening.IndexOf("event: content_block_start", StringComparison.Ordinal)]
            + AnthropicDialect.Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t1","name":"a","input":{}}}""")
            + AnthropicDialect.Event("content_block_start", """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t2","name":"b","input":{}}}""")
            + AnthropicDialect.Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"x\""}}""")
            + AnthropicDialect.Event("content_block_delta", """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"y\":\"z\"}"}}""")
            + AnthropicDialect.Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":":1}"}}""")
            + AnthropicDialect.Event("content_block_stop", """{"type":"content_block_stop","index":0}""")
            + AnthropicDialect.Event("content_block_stop", """{"type":"content_block_stop","index":1}""")
            + Dialect.Ending[Dialect.Ending.IndexOf("event: message_delta", StringComparison.Ordinal)..];
        string answer = Dialect.Answer("").Replace("""[{"type":"text","text":""}]""", calls, StringComparison.Ordinal);
        await using LoopbackServer server = await LoopbackServer.StartAsync(streaming ? LoopbackServer.Sse(stream) : LoopbackServer.Json(answer));
        using IChatClient client = Dialect.Client(server.Address);

        ChatResponse response = await client.AskAsync(streaming);

        FunctionCallContent[] found = [.. response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>()];
        Assert.That(found.Select(static call => $"{call.CallId} {call.Name} {call.Arguments!.Single().Key}={call.Arguments!.Single().Value}"), Is.EqualTo(new[] { "t1 a x=1", "t2 b y=z" }));
    }

    [Test]
    public async Task Client_OfAHostIsLeftOpen()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Dialect.Reply(streaming: false, "Hello"));
        using AnthropicClient own = new() { ApiKey = WireDialect.Key, BaseUrl = server.Address.GetLeftPart(UriPartial.Authority), MaxRetries = 0 };

        using (AnthropicChatClient client = new(own, "asked"))
        {
            Assert.That(client.GetService<ChatClientMetadata>()!.ProviderName, Is.EqualTo("anthropic"));
            Assert.That(client.GetService<IAnthropicClient>(), Is.SameAs(own));
            Assert.That(client.GetService<AnthropicChatClient>(), Is.SameAs(client));
        }

        using AnthropicChatClient again = new(own, "asked");
        Assert.That((await again.GetResponseAsync("Hi")).Text, Is.EqualTo("Hello"));
    }

    [Test]
    public async Task Client_OfTheProviderClosesItsConnections()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Dialect.Reply(streaming: false, "Hello"));
        IChatClient client = Dialect.Client(server.Address);
        await client.GetResponseAsync("Hi");

        client.Dispose();
        client.Dispose();

        await Assert.ThatAsync(() => client.GetResponseAsync("Hi"), Throws.InstanceOf<Exception>());
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    private static async Task<JsonElement> SendAsync(
        bool streaming, ChatOptions? options = null, IEnumerable<ChatMessage>? messages = null, params (string, string)[] properties)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Dialect.Reply(streaming, "Hello"));
        using IChatClient client = Dialect.Client(server.Address, null, properties);
        await client.AskAsync(streaming, options, messages);
        return server.Body;
    }
}
