using System.Collections.Immutable;
using System.Text.Json;
using LlmRouting.Execution;
using LlmRouting.HandOff;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.HandOff;

public sealed class HandOffTests
{
    [Test]
    public async Task Failover_HandsOverWhatTheNextProviderCanRead_R26([Values] bool streaming)
    {
        using Clinic clinic = new() { Order = ["a", "c"] };
        List<ChatMessage> messages = await clinic.TurnAsync(streaming, new TextReasoningContent("") { ProtectedData = "sealed" }, new FunctionCallContent("call_1", "f"));
        Clinic.Fail(clinic.A);
        Clinic.Fail(clinic.B);

        ChatResponse response = await clinic.Client.AskAsync(streaming, null, messages);

        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.ModelId), Is.EqualTo(["a", "b", "c"]));
        Assert.That(clinic.A.Calls[^1].Messages[1], Is.SameAs(messages[1]), "the first attempt gets the message itself");
        ChatMessage sent = clinic.C.Calls.Single().Messages[1];
        Assert.That(sent.Contents.Single(), Is.TypeOf<FunctionCallContent>());
        Assert.That(((FunctionCallContent)sent.Contents.Single()).CallId, Does.Match("^[0-9A-Za-z]{9}$"));
    }

    [Test]
    public async Task StateThatDoesNotSayWhereItIsFrom_BelongsToTheFirstProviderAsked_R26([Values] bool streaming)
    {
        using Clinic clinic = new() { Order = ["a", "c"] };
        Clinic.Fail(clinic.A);
        Clinic.Fail(clinic.B);
        ChatMessage[] messages = [.. Pool.Hello, new(ChatRole.Assistant, [new TextReasoningContent("hm") { ProtectedData = "sealed" }]), new(ChatRole.User, "Well?")];

        await clinic.Client.AskAsync(streaming, null, messages);

        Assert.That(clinic.A.Calls.Single().Messages, Has.Length.EqualTo(3));
        Assert.That(clinic.C.Calls.Single().Messages, Has.Length.EqualTo(2), "a message of nothing but foreign reasoning is left out");
    }

    [Test]
    public async Task UnmarkedHostedFile_StaysWithTheProviderThatIsAskedFirst_R26([Values] bool streaming)
    {
        using Clinic clinic = new();
        Clinic.Fail(clinic.A);
        ChatMessage[] messages = [new(ChatRole.User, [new TextContent("Read this."), new HostedFileContent("file-1")])];

        ChatResponse response = await clinic.Client.AskAsync(streaming, null, messages);

        Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo("b"));

        Clinic.Fail(clinic.B);
        RouteFailedException exception = (await Assert.ThrowsAsync<RouteFailedException>(async () => await clinic.Client.AskAsync(streaming, null, messages)))!;
        Assert.That(exception.Outcome!.Attempts[^1].Reason, Is.EqualTo("a file of the request is kept by another provider"));
        Assert.That(clinic.C.Calls, Is.Empty);
    }

    [Test]
    public async Task HostedFileThatTheHostPlaced_GoesWhereItIsKept_R26([Values] bool inATool)
    {
        using Clinic clinic = new();
        HostedVectorStoreContent store = new HostedVectorStoreContent("vs-1").HeldBy("TWO");
        ChatOptions? options = inATool ? new ChatOptions { Tools = [new HostedFileSearchTool { Inputs = [store] }] } : null;
        ChatMessage[] messages = [new(ChatRole.User, inATool ? [new TextContent("Find it.")] : [new TextContent("Find it."), store])];

        ChatResponse response = await clinic.Client.AskAsync(streaming: false, options, messages);

        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.ModelId), Is.EqualTo(["c"]));
    }

    [Test]
    public async Task HostedFile_SkipsTheModelsEndpointsElsewhere_R26()
    {
        FakeChatClient elsewhere = new();
        FakeChatClient keeper = new();
        using RoutingChatClient client = new RoutingPipeline
        {
            Models = [new RoutableModel(Pool.Profile("m") with { Capabilities = ModelCapabilities.Documents }, [Clinic.Endpoint(elsewhere, "two", "a"), Clinic.Endpoint(keeper, "one", "b")])],
        }.Build();

        await client.GetResponseAsync([new ChatMessage(ChatRole.User, [new TextContent("Read."), new HostedFileContent("f").HeldBy("one")])]);

        Assert.That((elsewhere.Calls.Count, keeper.Calls.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Origin_SurvivesStorageAsJson_R26()
    {
        using Clinic clinic = new();
        List<ChatMessage> messages = await clinic.TurnAsync(streaming: true, new TextReasoningContent("hm") { ProtectedData = "sealed" }, new TextContent("Yes."));
        List<ChatMessage> stored = JsonSerializer.Deserialize<List<ChatMessage>>(JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;

        await clinic.Client.GetResponseAsync(stored, new ChatOptions { ModelId = "c" });

        Assert.That(clinic.C.Calls.Single().Messages[1].Contents.Single(), Is.TypeOf<TextContent>());
    }

    [Test]
    public async Task ReasoningStreamedInPieces_SaysWhereItIsFrom_R26()
    {
        using Clinic clinic = new();
        clinic.A.OnStream = (_, _, _) => FakeChatClient.Streaming(
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("h")]) { MessageId = "m" },
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("m")]) { MessageId = "m" },
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(null) { ProtectedData = "sealed" }]) { MessageId = "m" },
            Pool.Text("Yes."),
            Pool.End()).OnStream!(null!, null, default);
        ChatResponse response = await clinic.Client.AskAsync(streaming: true);

        await clinic.Client.GetResponseAsync([.. Pool.Hello, .. response.Messages, .. Pool.Hello], new ChatOptions { ModelId = "c" });
        await clinic.Client.GetResponseAsync([.. Pool.Hello, .. response.Messages, .. Pool.Hello], new ChatOptions { ModelId = "b" });

        Assert.That(clinic.C.Calls.Single().Messages.SelectMany(static message => message.Contents).OfType<TextReasoningContent>().Where(static reasoning => reasoning.ProtectedData is not null), Is.Empty);
        Assert.That(clinic.B.Calls.Single().Messages.SelectMany(static message => message.Contents).OfType<TextReasoningContent>().Select(static reasoning => reasoning.ProtectedData), Has.Some.EqualTo("sealed"));
    }

    [Test]
    public async Task KnownConversation_GoesToItsIssuer_WhateverTheRanking_R26([Values] bool streaming)
    {
        using Clinic clinic = new();
        Clinic.Answer(clinic.C, [new TextContent("Yes.")], "conv-9");
        await clinic.Client.AskAsync(streaming, new ChatOptions { ModelId = "c" });

        ChatResponse response = await clinic.Client.AskAsync(streaming, new ChatOptions { ConversationId = "conv-9" });

        RoutingOutcome outcome = response.GetRoutingOutcome()!;
        Assert.That((outcome.ModelId, outcome.Decision.DecidedBy), Is.EqualTo(("c", "conversation")));
    }

    [Test]
    [Description("R26 an id that two providers have issued goes where the request says, and is never guessed at")]
    public async Task IdThatTwoProvidersIssued_GoesWhereTheRequestSays_R26([Values] bool streaming)
    {
        using Clinic clinic = new();
        Clinic.Answer(clinic.A, [new TextContent("Yes.")], "1");
        Clinic.Answer(clinic.C, [new TextContent("Yes.")], "1");
        await clinic.Client.AskAsync(streaming, new ChatOptions { ModelId = "a" });
        await clinic.Client.AskAsync(streaming, new ChatOptions { ModelId = "c" });

        foreach (string model in (string[])["a", "b", "c"])
        {
            ChatResponse response = await clinic.Client.AskAsync(streaming, new ChatOptions { ConversationId = "1", ModelId = model });

            Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo(model));
        }

        int calls = clinic.A.Calls.Count + clinic.B.Calls.Count + clinic.C.Calls.Count;
        RoutingException unclear = (await Assert.ThrowsAsync<RoutingException>(async () => await clinic.Client.AskAsync(streaming, new ChatOptions { ConversationId = "1" })))!;
        Assert.That(unclear.Message, Does.Contain("'c' and 'a'").And.Contain("Name the model"));
        Assert.That(clinic.A.Calls.Count + clinic.B.Calls.Count + clinic.C.Calls.Count, Is.EqualTo(calls), "nobody was asked");
    }

    [Test]
    [Description("R26 a model whose endpoints are at both providers does not say which of them is meant")]
    public async Task IdThatTwoProvidersOfOneModelIssued_IsNotGuessedAt_R26()
    {
        FakeChatClient one = new();
        FakeChatClient two = new();
        Clinic.Answer(one, [new TextContent("Yes.")], "1");
        Clinic.Answer(two, [new TextContent("Yes.")], "1");
        using RoutingChatClient client = new RoutingPipeline
        {
            Models = [new RoutableModel(Pool.Profile("m"), [Clinic.Endpoint(one, "one", "a"), Clinic.Endpoint(two, "two", "b")])],
            Execution = new ExecutionSettings { EndpointOrder = EndpointOrder.InOrder },
        }.Build();
        await client.GetResponseAsync(Pool.Hello);
        Clinic.Fail(one);
        await client.GetResponseAsync(Pool.Hello);

        RoutingException unclear = (await Assert.ThrowsAsync<RoutingException>(
            async () => await client.GetResponseAsync(Pool.Hello, new ChatOptions { ConversationId = "1", ModelId = "m" })))!;

        Assert.That(unclear.Message, Does.Contain("several"));
        Assert.That((one.Calls.Count, two.Calls.Count), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task UnknownConversation_GoesToTheFirstEndpointAndNowhereElse_R26([Values] bool streaming)
    {
        using Clinic clinic = new();
        Clinic.Fail(clinic.A);

        await Assert.ThrowsAsync<RouteFailedException>(async () => await clinic.Client.AskAsync(streaming, new ChatOptions { ConversationId = "stranger" }));

        Assert.That((clinic.A.Calls.Count, clinic.B.Calls.Count, clinic.C.Calls.Count), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    public async Task Conversation_GoesToTheEndpointThatIssuedIt_R26([Values] bool streaming)
    {
        FakeChatClient first = FakeChatClient.Throwing(static () => new ProviderException(FailureKind.Overloaded, "no"));
        FakeChatClient second = new();
        Clinic.Answer(second, [new TextContent("Yes.")], "conv-1");
        using RoutingChatClient client = new RoutingPipeline
        {
            Models = [new RoutableModel(Pool.Profile("m"), [Clinic.Endpoint(first, "one", "a"), Clinic.Endpoint(second, "two", "b")])],
        }.Build();
        await client.AskAsync(streaming);

        ChatResponse response = await client.AskAsync(streaming, new ChatOptions { ConversationId = "conv-1" });

        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.Endpoint), Is.EqualTo(["b"]));
        Assert.That(first.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ConversationOfAModelThatMayNotServe_SaysWhyInsteadOfGoingElsewhere_R26()
    {
        using Clinic clinic = new();
        Clinic.Answer(clinic.A, [new TextContent("Yes.")], "conv-1");
        await clinic.Client.AskAsync(streaming: false);
        ChatOptions options = new ChatOptions { ConversationId = "conv-1" }.WithRouting(static hints => hints.MaxCostUsd = 0.000000001m);

        await Assert.ThrowsAsync<NoCandidateException>(async () => await clinic.Client.AskAsync(streaming: false, options));
    }

    [Test]
    public async Task ConversationOfAModelThatIsGone_GoesToItsProvidersOtherModel_R26()
    {
        using Clinic clinic = new() { Order = ["c", "b"] };
        Clinic.Answer(clinic.A, [new TextContent("Yes.")], "conv-1");
        await clinic.Client.AskAsync(streaming: false, new ChatOptions { ModelId = "a" });
        clinic.Client.Router.Registry.Update(clinic.Client.Router.Registry.Current.All.Where(static model => model.Id != "a"));

        Assert.That((await clinic.Client.AskAsync(false, new ChatOptions { ConversationId = "conv-1" })).GetRoutingOutcome()!.ModelId, Is.EqualTo("b"));

        clinic.Client.Router.Registry.Update(clinic.Client.Router.Registry.Current.All.Where(static model => model.Id == "c"));
        Assert.That(
            (await Assert.ThrowsAsync<RoutingException>(async () => await clinic.Client.AskAsync(false, new ChatOptions { ConversationId = "conv-1" })))!.Message,
            Does.Contain("no model serves it any more"));
    }

    [Test]
    public void OrdinaryRequest_HasNoStatesToLookFor_S1() =>
        Assert.That(FeatureExtractor.Default.Extract(Pool.Hello, new ChatOptions()).States, Is.EqualTo(ProviderStates.None));

    [Test]
    public void Issuers_AreForgottenAfterADay_AndTheOldestFirst_R26()
    {
        ManualTimeProvider clock = new();
        IssuerMap map = new(clock, capacity: 2);
        Issuer issuer = new("m", "default", "k|p");
        map.Remember("one", issuer);
        clock.Advance(TimeSpan.FromHours(1));
        map.Remember("two", issuer);
        map.Remember("three", issuer);

        Assert.That((Find("one"), Find("two"), Find("three")), Is.EqualTo(((Issuer?)null, (Issuer?)issuer, (Issuer?)issuer)));

        map.Remember("two", issuer with { ModelId = "n" });
        Assert.That(Find("two"), Is.EqualTo(issuer with { ModelId = "n" }), "an id that comes again says who issued it last");

        clock.Advance(IssuerMap.Lifetime + TimeSpan.FromTicks(1));
        Assert.That((Find("two"), map.Count), Is.EqualTo(((Issuer?)null, 0)));

        Issuer? Find(string id) => map.Find(new ChatOptions { ConversationId = id }) is [Issuer found] ? found : null;
    }

    [Test]
    [Description("R26 each provider's last issuer of an id is remembered, within the same bounds")]
    public void IssuersOfOneId_AreRememberedForEachProvider_R26()
    {
        ManualTimeProvider clock = new();
        IssuerMap map = new(clock, capacity: 3);
        Issuer first = new("a", "default", "k|one");
        Issuer second = new("b", "default", "k|two");
        Issuer third = new("c", "default", "other|two");
        map.Remember("1", first);
        clock.Advance(TimeSpan.FromHours(1));
        map.Remember("1", second);
        map.Remember("1", third);
        map.Remember("1", second with { ModelId = "d" });

        Assert.That(Find(), Is.EqualTo(new[] { second with { ModelId = "d" }, third, first }), "the latest first, one of each provider");

        map.Remember("2", first);
        Assert.That(Find(), Is.EqualTo(new[] { second with { ModelId = "d" }, third }), "the oldest gave way");

        clock.Advance(IssuerMap.Lifetime - TimeSpan.FromHours(1));
        map.Remember("1", third);
        Assert.That(Find(), Is.EqualTo(new[] { third, second with { ModelId = "d" } }));

        clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromTicks(1));
        Assert.That(Find(), Is.EqualTo(new[] { third }), "each is forgotten a day after it was last issued");
        Assert.That(map.Count, Is.EqualTo(1));

        ImmutableArray<Issuer> Find() => map.Find(new ChatOptions { ConversationId = "1" });
    }

    [Test]
    [Description("R26 a stream's token takes the place of its own stream's, not of another provider's that looks alike")]
    public void TokenThatIsReplaced_LeavesAnotherProvidersAlone_R26()
    {
        IssuerMap map = new(new ManualTimeProvider());
        ResponseContinuationToken token = ResponseContinuationToken.FromBytes(new byte[] { 1 });
        Issuer first = new("a", "default", "k|one");
        map.Remember(token, first, previous: null);
        map.Remember(token, new Issuer("b", "default", "k|two"), previous: null);

        map.Remember(ResponseContinuationToken.FromBytes(new byte[] { 2 }), new Issuer("b", "default", "k|two"), previous: token);

        Assert.That(map.Find(new ChatOptions { ContinuationToken = token }), Is.EqualTo(new[] { first }));
    }

    [Test]
    public void TokensOfOneStream_TakeOnePlace_R26()
    {
        IssuerMap map = new(new ManualTimeProvider());
        ResponseContinuationToken? previous = null;
        for (byte i = 0; i < 100; i++)
        {
            ResponseContinuationToken token = ResponseContinuationToken.FromBytes(new[] { i });
            map.Remember(token, new Issuer("m", "default", "k|p"), previous);
            previous = token;
        }

        Assert.That(map.Count, Is.EqualTo(1));
    }

    [Test]
    public void NewIds_AreTheSameInEveryTurn_AndTakeNoOtherCallsPlace_R26()
    {
        string once = new ToolCallIds().Rename("call_1");
        ToolCallIds crowded = new();
        crowded.Reserve(once);

        Assert.That(new ToolCallIds().Rename("call_1"), Is.EqualTo(once));
        Assert.That(crowded.Rename("call_1"), Is.Not.EqualTo(once).And.Matches("^[0-9A-Za-z]{9}$"));
        Assert.That(crowded.Rename("call_1"), Is.EqualTo(crowded.Find("call_1")));
        Assert.That(Enumerable.Range(0, 2_000).Select(i => crowded.Rename(FormattableString.Invariant($"c{i}"))), Is.Unique);
    }

    [Test]
    public void HandedInClients_AreToldApartByWhatTheySay_R26()
    {
        ModelEndpoint silent = new(new FakeChatClient());

        Assert.That(silent.Origin, Is.Null);
        Assert.That(ContentOrigin.IsSameService(silent.OriginFor("x"), silent.OriginFor("y")), Is.False, "a client that says nothing is a provider of its own");
        Assert.That(Clinic.Endpoint(new FakeChatClient(), "one").Origin, Is.EqualTo("kind-one|one"));
        Assert.That(ContentOrigin.Of("k", new Uri("http://localhost:81/v1"), "p"), Is.EqualTo("k@localhost:81|p"));
    }
}
