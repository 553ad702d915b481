using System.Text.Json;
using LlmRouting.Execution;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Pipeline;

public sealed class RoutingChatClientTests
{
    [Test]
    public async Task Caller_SeesTheAnswerAndTheOutcome_R10([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient("answer", modelId: "wire-model-2026"));

        ChatResponse response = await client.AskAsync(streaming);

        RoutingOutcome outcome = response.GetRoutingOutcome()!;
        Assert.That(response.Text, Is.EqualTo("answer"));
        Assert.That(response.ModelId, Is.EqualTo("wire-model-2026").And.EqualTo(outcome.Answer!.AnsweredBy));
        Assert.That(outcome.ModelId, Is.EqualTo("m1"));
        Assert.That(outcome.Decision.DecidedBy, Is.EqualTo("fixed"));
        Assert.That((response.FinishReason, response.Usage!.InputTokenCount), Is.EqualTo((ChatFinishReason.Stop, 10L)));
        Assert.That(outcome.ToString(), Does.StartWith("m1 via fixed (1.00: the order of the test), 1 attempt, ").And.EndWith(" ms, $0.000030"));
    }

    [Test]
    public async Task AnswerWithoutAModelId_NamesTheEndpointsModel_R10([Values] bool streaming)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings());
        pipeline.Models = [new(Pool.Profile("m1"), new ModelEndpoint(new FakeChatClient(), modelId: "wire"))];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.ModelId, Is.EqualTo("wire"));
    }

    [Test]
    public async Task MessagesAndOptions_AreTheSameBeforeAndAfter_R9([Values] bool streaming)
    {
        ChatMessage[] messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, [new TextContent("Hi"), new DataContent("data:image/png;base64,AAAA")])];
        ChatOptions options = new ChatOptions
        {
            Temperature = 0.5f,
            StopSequences = ["end"],
            Tools = [AIFunctionFactory.Create(static () => 1, "one")],
            AdditionalProperties = new() { ["mine"] = 1 },
        }.WithRouting(hints => hints.UserTier = "premium");
        string before = Describe(messages, options);
        FakeChatClient vandal = new((_, passed, _) =>
        {
            passed!.Temperature = 2;
            passed.StopSequences!.Add("vandalised");
            passed.Tools!.Clear();
            passed.AdditionalProperties!["mine"] = "vandalised";
            return Task.FromException<ChatResponse>(new IOException());
        });
        FakeChatClient second = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings());
        ModelProfile able = Pool.Profile("m1") with { Capabilities = ModelCapabilities.Tools | ModelCapabilities.Vision };
        pipeline.Models = [new(able, new ModelEndpoint(vandal)), new(able with { Id = "m2" }, new ModelEndpoint(second))];
        using RoutingChatClient client = pipeline.Build();

        await client.AskAsync(streaming, options, messages);

        ChatOptions seen = second.Calls.Single().Options!;
        Assert.That(Describe(messages, options), Is.EqualTo(before));
        Assert.That((seen.Temperature, seen.StopSequences!.Single(), seen.Tools!.Count, seen.AdditionalProperties!["mine"]), Is.EqualTo(((float?)0.5f, "end", 1, (object)1)), "the second attempt has its own clone");
        Assert.That(seen.AdditionalProperties!.Keys, Is.EqualTo(new[] { "mine" }), "hints are stripped");
    }

    [Test]
    public async Task EndpointsModelId_IsSent_AndTheCallersAliasIsNot([Values] bool streaming)
    {
        FakeChatClient fake = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings());
        pipeline.Models = [new(Pool.Profile("m1"), new ModelEndpoint(fake, modelId: "wire-1"))];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming, new ChatOptions { ModelId = "M1" });

        Assert.That(fake.Calls.Single().Options!.ModelId, Is.EqualTo("wire-1"));
        Assert.That(response.GetRoutingOutcome()!.Decision.DecidedBy, Is.EqualTo("request"));
    }

    [Test]
    public async Task NullOptions_AreFine([Values] bool streaming)
    {
        FakeChatClient fake = new("fine");
        using RoutingChatClient client = Pool.InOrder(fake);

        ChatResponse response = await client.AskAsync(streaming, options: null);

        Assert.That(response.Text, Is.EqualTo("fine"));
        Assert.That(fake.Calls.Single().Options, Is.Null);
    }

    [Test]
    public async Task NoMessages_IsAClearError([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient());

        await Assert.ThatAsync(() => client.AskAsync(streaming, messages: []), Throws.ArgumentException.With.Message.Contains("no messages"));
        await Assert.ThatAsync(() => client.AskAsync(streaming, messages: [null!]), Throws.ArgumentException.With.Message.Contains("is null"));
        Assert.That(() => client.GetStreamingResponseAsync(null!), Throws.ArgumentNullException);
    }

    [Test]
    public async Task NoMessages_AreFineForAConversationThatTheProviderKeeps([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient("kept"));

        Assert.That((await client.AskAsync(streaming, new ChatOptions { ConversationId = "c" }, [])).Text, Is.EqualTo("kept"));
    }

    [Test]
    public async Task HugePrompt_IsRouted_R21([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient("read"));

        ChatResponse response = await client.AskAsync(streaming, messages: [new ChatMessage(ChatRole.User, new string('x', 1 << 20))]);

        Assert.That(response.Text, Is.EqualTo("read"));
        Assert.That(response.GetRoutingOutcome()!.Decision.Features.TextLength, Is.EqualTo(1 << 20));
    }

    [Test]
    public async Task Messages_AreEnumeratedOnce([Values] bool streaming)
    {
        int enumerations = 0;
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Throwing(static () => new IOException()), new FakeChatClient());

        await client.AskAsync(streaming, messages: Once());

        Assert.That(enumerations, Is.EqualTo(1));

        IEnumerable<ChatMessage> Once()
        {
            enumerations++;
            yield return new ChatMessage(ChatRole.User, "Hi");
        }
    }

    [Test]
    public async Task ToolLoop_StaysWithTheModelThatAskedForTheTools_R25([Values] bool streaming)
    {
        ModelProfile able = Pool.Profile("m1") with { Capabilities = ModelCapabilities.Tools };
        FakeChatClient asking = new((_, _, _) => Task.FromResult(new ChatResponse(
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("call-1", "one")])) { FinishReason = ChatFinishReason.ToolCalls }));
        FakeChatClient other = new("other");
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings());
        pipeline.Models = [new(able, new ModelEndpoint(other)), new(able with { Id = "m2" }, new ModelEndpoint(asking))];
        using RoutingChatClient client = pipeline.Build();
        ChatOptions first = new ChatOptions { Tools = [AIFunctionFactory.Create(static () => 1, "one")] }.WithRouting(hints => hints.Model = "m2");
        List<ChatMessage> messages = [new(ChatRole.User, "Count.")];

        ChatResponse call = await client.AskAsync(streaming, first, messages);
        messages.AddRange(call.Messages);
        messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call-1", 1)]));

        // As it comes back from a store.
        messages = JsonSerializer.Deserialize<List<ChatMessage>>(JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;
        ChatResponse response = await client.AskAsync(streaming, new ChatOptions { Tools = first.Tools }, messages);

        RoutingOutcome outcome = response.GetRoutingOutcome()!;
        Assert.That((outcome.ModelId, outcome.Decision.DecidedBy), Is.EqualTo(("m2", "affinity")));
        Assert.That(other.Calls, Is.Empty);
    }

    [Test]
    public async Task AllowFallbackFalse_MakesTheFailureTheRequests([Values] bool streaming)
    {
        FakeChatClient second = new();
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Throwing(static () => new IOException()), second);

        await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming, new ChatOptions().WithRouting(hints => hints.AllowFallback = false)));

        Assert.That(second.Calls, Is.Empty);
    }

    [Test]
    public async Task Observers_AreToldOnce_AndOneThatThrowsIsIgnored([Values] bool streaming)
    {
        RecordingObserver observer = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), new FakeChatClient());
        pipeline.Observers = [new ThrowingObserver(), observer];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(observer.Outcomes, Is.EqualTo(new[] { response.GetRoutingOutcome() }));
    }

    [Test]
    public async Task SharedAnswerObject_IsNotChanged()
    {
        ChatResponse shared = FakeChatClient.Answer("cached");
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient((_, _, _) => Task.FromResult(shared)));

        ChatResponse[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetResponseAsync(Pool.Hello)));

        Assert.That(shared.AdditionalProperties, Is.Null);
        Assert.That(answers.Select(answer => answer.GetRoutingOutcome()!.Id), Is.Unique);
    }

    [Test]
    public async Task ManyCallsAtOnce_EachGetTheirOwnAnswer_R27([Values] bool streaming)
    {
        FakeChatClient echo = new(async (messages, _, _) =>
        {
            await Task.Yield();
            return FakeChatClient.Answer(messages.Last().Text);
        });
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Throwing(static () => new IOException()), echo);

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
            (await client.AskAsync(streaming, messages: [new ChatMessage(ChatRole.User, $"{i}")])).Text));

        Assert.That(answers, Is.EqualTo(Enumerable.Range(0, 500).Select(static i => $"{i}")));
        Assert.That(client.Router.Registry.Current.Models.Sum(model => model.Endpoints[0].InFlight), Is.Zero);
    }

    [Test]
    public void GetService_KnowsItsParts_AndItsMetadataIsNeverNull()
    {
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient());

        Assert.That(client.GetService<ChatClientMetadata>()!.ProviderName, Is.EqualTo("llm-routing"));
        Assert.That(client.GetService<Router>(), Is.SameAs(client.Router));
        Assert.That(client.GetService<ModelRegistry>(), Is.SameAs(client.Router.Registry));
        Assert.That(client.GetService<IChatClient>(), Is.SameAs(client));
        Assert.That(client.GetService<IChatClient>("key"), Is.Null);
        Assert.That(client.GetService<HttpClient>(), Is.Null);
    }

    [Test]
    public void Dispose_LeavesClientsOpenThatWereHandedIn_AndIsIdempotent()
    {
        FakeChatClient fake = new();
        RoutingChatClient client = Pool.InOrder(fake);

        client.Dispose();
        client.Dispose();

        Assert.That(fake.Disposals, Is.Zero);
    }

    [Test]
    public void Build_WithBoundsOutOfRange_NamesThemAll() =>
        Assert.That(
            static () => Pool.InOrder(new ExecutionSettings { MaxAttempts = 0, IdleTimeout = TimeSpan.MaxValue }, new FakeChatClient()),
            Throws.ArgumentException.With.Message.Contains("Execution:MaxAttempts is 0").And.Message.Contains("Execution:IdleTimeout is"));

    [TestCase("nobody")]
    [TestCase("m1@", Description = "A pin without a version pins nothing.")]
    public void Build_WithADefaultThatIsNoModel_IsAClearError(string reference)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), new FakeChatClient());
        pipeline.DefaultModel = reference;

        Assert.That(pipeline.Build, Throws.ArgumentException.With.Message.Contains($"DefaultModel is '{reference}'").And.Message.Contains("m1"));
    }

    [Test]
    public void Build_WithoutModels_IsAClearError() =>
        Assert.That(static () => new RoutingPipeline().Build(), Throws.ArgumentException.With.Message.Contains("no models"));

    private static string Describe(IEnumerable<ChatMessage> messages, ChatOptions options) =>
        JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions)
        + JsonSerializer.Serialize(new { options.Temperature, options.StopSequences, Tools = options.Tools!.Select(tool => tool.Name), options.ModelId })
        + string.Join(",", options.AdditionalProperties!.Select(pair => $"{pair.Key}={pair.Value}"));

    private sealed class ThrowingObserver : IRoutingObserver
    {
        public void OnCompleted(RoutingOutcome outcome) => throw new InvalidOperationException();
    }
}
