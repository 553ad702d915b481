using LlmRouting;
using LlmRouting.AotSmoke;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

using LoopbackService service = new();

// Everything that trimming could break is used once: binding, validation, the container, both modes and the record of the decision.
IConfiguration configuration = new ConfigurationBuilder()
    .AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["LlmRouting:MinConfidence"] = "0.6",
        ["LlmRouting:Providers:here:Kind"] = "echo",
        ["LlmRouting:Models:small:Provider"] = "here",
        ["LlmRouting:Models:small:Tier"] = "fast",
        ["LlmRouting:Models:small:Capabilities"] = "Tools, JsonSchema",
        ["LlmRouting:Models:small:TypicalLatency"] = "00:00:01",
        ["LlmRouting:Models:small:InputUsdPerMillionTokens"] = "0.1",
        ["LlmRouting:Models:small:OutputUsdPerMillionTokens"] = "0.4",
        ["LlmRouting:Models:large:Provider"] = "here",
        ["LlmRouting:Models:large:Tier"] = "frontier",
        ["LlmRouting:Models:large:Quality"] = "0.9",
        ["LlmRouting:Providers:loopback:Kind"] = "openai-compatible",
        ["LlmRouting:Providers:loopback:Endpoint"] = service.Address,
        ["LlmRouting:Models:remote:Provider"] = "loopback",
        ["LlmRouting:Models:remote:Capabilities"] = "Json",
        ["LlmRouting:Rules:0:When:Keywords:0"] = "prove",
        ["LlmRouting:Rules:0:When:Priority"] = "Interactive",
        ["LlmRouting:Rules:0:Prefer"] = "large",
        ["LlmRouting:Policies:bot:MinQuality"] = "0.3",
    })
    .Build();
ServiceCollection services = new();
services.AddLlmRouting(configuration.GetSection("LlmRouting")).AddProvider(new EchoProvider()).AddStrategy<NoOpinion>().AddOpenAICompatibleProviders();
await using ServiceProvider provider = services.BuildServiceProvider();
IChatClient chat = provider.GetRequiredService<IChatClient>();

ChatResponse whole = await chat.GetResponseAsync("prove it", new ChatOptions().WithRouting(hints => hints.Policy = "bot"));
ChatResponse streamed = await chat.GetStreamingResponseAsync("prove it again").ToChatResponseAsync();

foreach ((ChatResponse response, string expected) in new[] { (whole, "large: prove it"), (streamed, "large: prove it again") })
{
    if (response.Text != expected || response.GetRoutingOutcome() is not { Decision.DecidedBy: "rules", ModelId: "large" })
    {
        await Console.Error.WriteLineAsync($"unexpected: '{response.Text}', {response.GetRoutingOutcome()}");
        return 1;
    }
}

// Over the wire, through the SDK: what it reads and writes must survive trimming too.
ChatOptions toRemote = new ChatOptions { Temperature = 0.5f, ResponseFormat = ChatResponseFormat.Json }.WithRouting(hints => hints.Model = "remote");
ChatResponse answered = await chat.GetResponseAsync("hello", toRemote);
ChatResponse streamedAnswer = await chat.GetStreamingResponseAsync("hello", toRemote).ToChatResponseAsync();
if (answered.Text != "hello back" || streamedAnswer.Text != "hello back")
{
    await Console.Error.WriteLineAsync($"unexpected: '{answered.Text}', '{streamedAnswer.Text}'");
    return 1;
}

Console.WriteLine("ok");
return 0;
