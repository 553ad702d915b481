using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>Writes the table of what each adapter makes of each option and content, from the requests that a server on loopback receives.</summary>
internal static class OptionTable
{
    private static readonly JsonElement ObjectSchema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"string","minLength":2}},"required":["a"]}""");

    private static readonly AITool Tool = AIFunctionFactory.Create(static (string city) => city, "weather");

    /// <summary>Gets each option, set in the ways that are told apart. Every property of <see cref="ChatOptions"/> is here.</summary>
    public static (string Option, string Value, ChatOptions Options)[] Options { get; } =
    [
        (nameof(ChatOptions.Instructions), "", new() { Instructions = "x" }),
        (nameof(ChatOptions.ModelId), "", new() { ModelId = "other" }),
        (nameof(ChatOptions.MaxOutputTokens), "", new() { MaxOutputTokens = 7 }),
        (nameof(ChatOptions.Temperature), "", new() { Temperature = 0.5f }),
        (nameof(ChatOptions.TopP), "", new() { TopP = 0.5f }),
        (nameof(ChatOptions.TopK), "", new() { TopK = 5 }),
        (nameof(ChatOptions.FrequencyPenalty), "", new() { FrequencyPenalty = 0.5f }),
        (nameof(ChatOptions.PresencePenalty), "", new() { PresencePenalty = 0.5f }),
        (nameof(ChatOptions.Seed), "", new() { Seed = 7 }),
        (nameof(ChatOptions.StopSequences), "", new() { StopSequences = ["x"] }),
        (nameof(ChatOptions.Reasoning), "an effort", new() { Reasoning = new() { Effort = ReasoningEffort.Low } }),
        (nameof(ChatOptions.Reasoning), "an output", new() { Reasoning = new() { Output = ReasoningOutput.Summary } }),
        (nameof(ChatOptions.ResponseFormat), "text", new() { ResponseFormat = ChatResponseFormat.Text }),
        (nameof(ChatOptions.ResponseFormat), "JSON", new() { ResponseFormat = ChatResponseFormat.Json }),
        (nameof(ChatOptions.ResponseFormat), "a schema", new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(ObjectSchema) }),
        (nameof(ChatOptions.ResponseFormat), "a schema of no object", new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"array"}""")) }),
        (nameof(ChatOptions.Tools), "a function", new() { Tools = [Tool] }),
        (nameof(ChatOptions.Tools), "web search", new() { Tools = [new HostedWebSearchTool()] }),
        (nameof(ChatOptions.Tools), "code interpreter", new() { Tools = [new HostedCodeInterpreterTool()] }),
        (nameof(ChatOptions.Tools), "another", new() { Tools = [new HostedFileSearchTool()] }),
        (nameof(ChatOptions.ToolMode), "with tools", new() { Tools = [Tool], ToolMode = ChatToolMode.RequireAny }),
        (nameof(ChatOptions.ToolMode), "required, without tools", new() { ToolMode = ChatToolMode.RequireAny }),
        (nameof(ChatOptions.AllowMultipleToolCalls), "with tools", new() { Tools = [Tool], AllowMultipleToolCalls = false }),
        (nameof(ChatOptions.ConversationId), "", new() { ConversationId = "c" }),
        (nameof(ChatOptions.ContinuationToken), "", new() { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) }),
        (nameof(ChatOptions.AllowBackgroundResponses), "true", new() { AllowBackgroundResponses = true }),
        (nameof(ChatOptions.AdditionalProperties), "logprobs", new() { AdditionalProperties = new() { ["logprobs"] = true } }),
        (nameof(ChatOptions.AdditionalProperties), "any other", new() { AdditionalProperties = new() { ["mine"] = 1 } }),
    ];

    /// <summary>Gets each content, in the role that it has.</summary>
    public static (string Content, string Value, ChatRole Role, AIContent Instance)[] Contents { get; } =
    [
        (nameof(TextContent), "", ChatRole.User, new TextContent("x")),
        (nameof(DataContent), "image", ChatRole.User, Data("image/png")),
        (nameof(DataContent), "PDF", ChatRole.User, Data("application/pdf")),
        (nameof(DataContent), "text", ChatRole.User, Data("text/plain")),
        (nameof(DataContent), "WAV", ChatRole.User, Data("audio/wav")),
        (nameof(DataContent), "video", ChatRole.User, Data("video/mp4")),
        (nameof(UriContent), "image", ChatRole.User, new UriContent("https://example.com/a.png", "image/png")),
        (nameof(UriContent), "PDF", ChatRole.User, new UriContent("https://example.com/a.pdf", "application/pdf")),
        (nameof(HostedFileContent), "", ChatRole.User, new HostedFileContent("f1")),
        (nameof(FunctionCallContent), "", ChatRole.Assistant, new FunctionCallContent("c1", "weather", new Dictionary<string, object?> { ["city"] = "x" })),
        (nameof(FunctionResultContent), "", ChatRole.Tool, new FunctionResultContent("c1", "x")),
        (nameof(TextReasoningContent), "signed", ChatRole.Assistant, new TextReasoningContent("x") { ProtectedData = "s" }),
        (nameof(TextReasoningContent), "unsigned", ChatRole.Assistant, new TextReasoningContent("x")),
        (nameof(ErrorContent), "a refusal", ChatRole.Assistant, new ErrorContent("x") { ErrorCode = "Refusal" }),
        (nameof(ErrorContent), "any other", ChatRole.Assistant, new ErrorContent("x")),
        (nameof(UsageContent), "", ChatRole.Assistant, new UsageContent(new())),
        .. Rest(),
    ];

    public static async Task<string> WriteAsync()
    {
        StringBuilder text = new();
        text.AppendLine($"| `ChatOptions` | | {string.Join(" | ", WireDialect.All.Select(static d => $"`{d.Kind}`"))} |").AppendLine("|---|---|---|---|");
        foreach ((string option, string value, ChatOptions options) in Options)
        {
            text.AppendLine($"| `{option}` | {value} | {string.Join(" | ", await EachAsync(dialect => OfOptionAsync(dialect, options)))} |");
        }

        text.AppendLine().AppendLine($"| Content | | {string.Join(" | ", WireDialect.All.Select(static d => $"`{d.Kind}`"))} |").AppendLine("|---|---|---|---|");
        foreach ((string content, string value, ChatRole role, AIContent instance) in Contents)
        {
            text.AppendLine($"| `{content}` | {value} | {string.Join(" | ", await EachAsync(dialect => OfContentAsync(dialect, role, instance)))} |");
        }

        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>Tells what became of an option.</summary>
    /// <returns>Fields of the request, <c>refused</c>, or <c>dropped</c>; and whether it was reported.</returns>
    public static async Task<string> OfOptionAsync(WireDialect dialect, ChatOptions options)
    {
        // Tools are set only so that something else can be: they are a part of what it is compared with.
        bool isAboutTools = options is { ToolMode: null, AllowMultipleToolCalls: null };
        (JsonElement? plain, _) = await SendAsync(dialect, isAboutTools ? null : new() { Tools = options.Tools }, []);
        (JsonElement? body, bool isReported) = await SendAsync(dialect, options, []);
        if (body is not { } sent)
        {
            return "refused";
        }

        string[] fields = [.. sent.EnumerateObject().Where(field => plain!.Value.Raw(field.Name) != field.Value.GetRawText()).Select(static field => $"`{field.Name}`")];
        return (fields.Length == 0 ? "dropped" : string.Join(", ", fields)) + (isReported ? ", reported" : "");
    }

    private static async Task<string> OfContentAsync(WireDialect dialect, ChatRole role, AIContent content)
    {
        (JsonElement? plain, _) = await SendAsync(dialect, null, []);
        (JsonElement? body, _) = await SendAsync(dialect, null, [new ChatMessage(role, [content])]);
        if (body is not { } sent)
        {
            return "refused";
        }

        JsonElement[] added = [.. sent.GetProperty("messages").EnumerateArray().Skip(plain!.Value.GetProperty("messages").GetArrayLength())];
        if (added.Length == 0)
        {
            return "left out";
        }

        JsonElement message = added.Single();
        List<string> parts = [];
        foreach (JsonProperty field in message.EnumerateObject().Where(static field => field.Name != "role"))
        {
            parts.Add(field.Value.ValueKind == JsonValueKind.Array && field.Name == "content"
                ? string.Join(", ", field.Value.EnumerateArray().Select(static part => $"`{part.GetProperty("type").GetString()}`"))
                : $"`{field.Name}`");
        }

        return $"`{message.GetProperty("role").GetString()}`: {string.Join(", ", parts)}";
    }

    private static async Task<List<string>> EachAsync(Func<WireDialect, Task<string>> tell)
    {
        List<string> told = [];
        foreach (WireDialect dialect in WireDialect.All)
        {
            told.Add(await tell(dialect));
        }

        return told;
    }

    private static async Task<(JsonElement? Body, bool IsReported)> SendAsync(WireDialect dialect, ChatOptions? options, ChatMessage[] more)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(dialect.Reply(streaming: false, "Hello"));
        using IChatClient client = dialect.Client(server.Address);
        try
        {
            ChatResponse response = await client.GetResponseAsync([new ChatMessage(ChatRole.User, "Hi"), .. more], options);
            return (server.Body, response.GetUnsentOptions().Length > 0);
        }
        catch (ProviderException e) when (e.Kind == FailureKind.InvalidRequest)
        {
            Assert.That(server.Requests, Is.Empty, "what is refused is not sent");
            return (null, false);
        }
    }

    private static DataContent Data(string mediaType) => new(new byte[] { 65 }, mediaType);

    // Content types that come and go with the abstractions, and that nobody but their own service understands.
    private static IEnumerable<(string, string, ChatRole, AIContent)> Rest()
    {
        HashSet<string> shown =
        [
            nameof(TextContent), nameof(DataContent), nameof(UriContent), nameof(HostedFileContent), nameof(FunctionCallContent),
            nameof(FunctionResultContent), nameof(TextReasoningContent), nameof(ErrorContent), nameof(UsageContent),
        ];
        return typeof(AIContent).Assembly.GetExportedTypes()
            .Where(type => type.IsAssignableTo(typeof(AIContent)) && !type.IsAbstract && !shown.Contains(type.Name))
            .OrderBy(static type => type.Name, StringComparer.Ordinal)
            .Select(static type => (type.Name, "", ChatRole.Assistant, (AIContent)RuntimeHelpers.GetUninitializedObject(type)));
    }
}
