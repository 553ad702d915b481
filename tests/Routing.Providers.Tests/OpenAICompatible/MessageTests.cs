using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

public sealed class MessageTests
{
    private static readonly byte[] Bytes = [1, 2, 3];

    private static readonly TestCaseData[] Parts =
    [
        Case(new DataContent(Bytes, "image/png"), """{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}"""),
        Case(
            new DataContent(Bytes, "image/png") { AdditionalProperties = new() { ["detail"] = "low" } },
            """{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID","detail":"low"}}"""),
        Case(new UriContent("https://example.org/a.png", "image/png"), """{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}"""),
        Case(new DataContent(Bytes, "audio/wav"), """{"type":"input_audio","input_audio":{"data":"AQID","format":"wav"}}"""),
        Case(new DataContent(Bytes, "audio/mpeg"), """{"type":"input_audio","input_audio":{"data":"AQID","format":"mp3"}}"""),
        Case(new DataContent(Bytes, "application/pdf"), """{"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,AQID"}}"""),
        Case(
            new DataContent(Bytes, "application/pdf") { Name = "bill.pdf" },
            """{"type":"file","file":{"filename":"bill.pdf","file_data":"data:application/pdf;base64,AQID"}}"""),
        Case(new HostedFileContent("file-1"), """{"type":"file","file":{"file_id":"file-1"}}"""),
    ];

    private static readonly TestCaseData[] Unsupported =
    [
        Case(new DataContent(Bytes, "audio/ogg"), "audio/ogg"),
        Case(new DataContent(Bytes, "video/mp4"), "video/mp4"),
        Case(new UriContent("https://example.org/a.pdf", "application/pdf"), "UriContent"),
        Case(new HostedVectorStoreContent("v"), nameof(HostedVectorStoreContent)),
    ];

    private static readonly TestCaseData[] Results =
    [
        Result("rain", "rain"),
        Result(null, "null"),
        Result(12.5, "12.5"),
        Result(JsonElement.Parse("\"rain\""), "rain"),
        Result(JsonElement.Parse("""{"a":1}"""), """{"a":1}"""),
        Result(new Dictionary<string, object?> { ["a"] = 1 }, """{"a":1}"""),
        Result(new Dictionary<string, object?> { ["größe"] = "<東京>" }, """{"größe":"<東京>"}"""),
        Result(JsonElement.Parse("""{"größe":"<東京>"}"""), """{"größe":"<東京>"}"""),
        Result(new TextContent("rain"), "rain"),
        Result(new List<AIContent> { new TextContent("ra"), new TextContent("in") }, "rain"),
    ];

    [TestCaseSource(nameof(Parts))]
    public async Task Content_BecomesAPart(AIContent content, string expected)
    {
        JsonElement body = await Wire.SendAsync(streaming: false, messages: [new ChatMessage(ChatRole.User, [new TextContent("See:"), content])]);

        JsonElement parts = body.GetProperty("messages")[0].GetProperty("content");
        Assert.That(parts[0].GetRawText(), Is.EqualTo("""{"type":"text","text":"See:"}"""));
        Assert.That(parts[1].GetRawText(), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Unsupported))]
    public async Task Content_WithoutAnEqualIsNamed(AIContent content, string expected)
    {
        using IChatClient client = Wire.Client(new Uri("http://127.0.0.1:9/v1"));

        ProviderException? e = await Assert.ThrowsAsync<ProviderException>(
            () => client.AskAsync(streaming: false, messages: [new ChatMessage(ChatRole.User, [content])]));

        Assert.That(e!.Kind, Is.EqualTo(FailureKind.InvalidRequest));
        Assert.That(e.Message, Does.Contain(expected));
    }

    [TestCaseSource(nameof(Results))]
    public async Task ToolResult_IsWrittenAsTextOrJson(object? result, string expected)
    {
        JsonElement body = await Wire.SendAsync(streaming: false, messages: [new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", result)])]);

        JsonElement message = body.GetProperty("messages")[0];
        Assert.That(message.Raw("role"), Is.EqualTo("\"tool\""));
        Assert.That(message.Raw("tool_call_id"), Is.EqualTo("\"c1\""));
        Assert.That(message.GetProperty("content").GetString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task ToolResult_OfAFailureSaysNothingAboutIt()
    {
        FunctionResultContent failed = new("c1", "partial") { Exception = new InvalidOperationException("secret path") };

        JsonElement body = await Wire.SendAsync(streaming: false, messages: [new ChatMessage(ChatRole.Tool, [failed])]);

        Assert.That(body.GetProperty("messages")[0].GetProperty("content").GetString(), Is.EqualTo("Error: the function failed."));
    }

    [Test]
    public async Task ToolMessage_WithSeveralResultsBecomesSeveralMessages([Values] bool streaming)
    {
        ChatMessage[] messages =
        [
            new(ChatRole.Assistant, [new TextContent("Wait."), new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["a"] = 1, ["b"] = null }), new FunctionCallContent("c2", "g")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "one"), new FunctionResultContent("c2", "two")]),
        ];

        JsonElement body = await Wire.SendAsync(streaming, messages: messages);

        JsonElement sent = body.GetProperty("messages");
        Assert.That(sent.GetArrayLength(), Is.EqualTo(3));
        Assert.That(sent[0].Raw("content"), Is.EqualTo("\"Wait.\""));
        Assert.That(sent[0].Raw("tool_calls"), Is.EqualTo(
            """[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\u0022a\u0022:1,\u0022b\u0022:null}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]"""));
        Assert.That(sent[1].Raw("tool_call_id"), Is.EqualTo("\"c1\""));
        Assert.That(sent[2].Raw("tool_call_id"), Is.EqualTo("\"c2\""));
    }

    [Test]
    public async Task ToolResults_InAUsersMessageComeBeforeItsText()
    {
        ChatMessage[] messages = [new(ChatRole.User, [new TextContent("And now?"), new FunctionResultContent("c1", "one")])];

        JsonElement body = await Wire.SendAsync(streaming: false, messages: messages);

        Assert.That(body.Raw("messages"), Is.EqualTo(
            """[{"role":"tool","tool_call_id":"c1","content":"one"},{"role":"user","content":"And now?"}]"""));
    }

    [Test]
    public async Task Messages_OfTheSdkAreSentAsTheyAre()
    {
        ChatMessage[] messages = [new(ChatRole.User, "ignored") { RawRepresentation = new OpenAI.Chat.UserChatMessage("own") }];

        JsonElement body = await Wire.SendAsync(streaming: false, messages: messages);

        Assert.That(body.Raw("messages"), Is.EqualTo("""[{"role":"user","content":"own"}]"""));
    }

    [Test]
    public async Task Instructions_LeadAsASystemMessage([Values] bool streaming)
    {
        JsonElement body = await Wire.SendAsync(streaming, new() { Instructions = "Be brief." }, [new(ChatRole.System, "Be kind."), new(ChatRole.User, "Hi")]);

        Assert.That(body.Raw("messages"), Is.EqualTo(
            """[{"role":"system","content":"Be brief."},{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}]"""));
    }

    [TestCase("openai", "developer")]
    [TestCase("vllm", "system")]
    public async Task DeveloperMessage_IsSystemWhereTheRoleIsUnknown(string kind, string expected)
    {
        JsonElement body = await Wire.SendAsync(streaming: false, messages: [new(new ChatRole("developer"), "Be brief.")], kind: kind);

        Assert.That(body.GetProperty("messages")[0].GetProperty("role").GetString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task TextContents_AreJoinedIntoOneString()
    {
        JsonElement body = await Wire.SendAsync(streaming: false, messages: [new(ChatRole.User, [new TextContent("a"), new TextContent("b")])]);

        Assert.That(body.GetProperty("messages")[0].Raw("content"), Is.EqualTo("\"ab\""));
    }

    [TestCase("bob", "\"bob\"")]
    [TestCase("Bob the Builder", "absent")]
    public async Task AuthorName_IsSentWhenTheApiTakesIt(string name, string expected)
    {
        JsonElement body = await Wire.SendAsync(streaming: false, messages: [new(ChatRole.User, "Hi") { AuthorName = name }]);

        Assert.That(body.GetProperty("messages")[0].Raw("name"), Is.EqualTo(expected));
    }

    [Test]
    public async Task HarmlessContent_IsLeftOut()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "Hi"),
            new(ChatRole.Assistant, [new TextReasoningContent("hm")]),
            new(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("Yes."), new UsageContent(new()), new AIContent()]),
        ];

        JsonElement body = await Wire.SendAsync(streaming: false, messages: messages);

        Assert.That(body.Raw("messages"), Is.EqualTo("""[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes."}]"""));
    }

    [Test]
    public async Task Reasoning_IsSentBackOnlyWhenAskedFor()
    {
        ChatMessage[] messages = [new(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("Yes.")])];

        JsonElement body = await Wire.SendAsync(streaming: false, messages: messages, properties: ("EchoReasoning", "true"));

        Assert.That(body.GetProperty("messages")[0].Raw("reasoning_content"), Is.EqualTo("\"hm\""));
    }

    [Test]
    public async Task Refusal_OfAnEarlierTurnIsSentAsOne()
    {
        ChatMessage[] messages = [new(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = "Refusal" }])];

        JsonElement body = await Wire.SendAsync(streaming: false, messages: messages);

        Assert.That(body.GetProperty("messages")[0].Raw("refusal"), Is.EqualTo("\"No.\""));
    }

    private static TestCaseData Case(AIContent content, string expected) =>
        new TestCaseData(content, expected).SetArgDisplayNames(content.GetType().Name, expected);

    private static TestCaseData Result(object? result, string expected) =>
        new TestCaseData(result, expected).SetArgDisplayNames(result?.GetType().Name ?? "null", expected);
}
