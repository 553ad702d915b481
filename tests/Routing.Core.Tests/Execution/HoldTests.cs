using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

public sealed class HoldTests
{
    private static readonly object[][] Bounds =
    [
        [new HoldSettings { MaxUpdates = 2 }],
        [new HoldSettings { MaxCharacters = 5 }],
    ];

    [TestCaseSource(nameof(Bounds))]
    public async Task AnswerThatOutgrowsTheHold_IsDeliveredUnvalidated_AndSaysSo_R32(HoldSettings hold)
    {
        using RoutingChatClient client = Build(hold, new RejectText("bad"), Stream("one ", "two ", "bad ", "four"), new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming: true);

        RoutingAttempt attempt = response.GetRoutingOutcome()!.Attempts.Single();
        Assert.That(response.Text, Is.EqualTo("one two bad four"));
        Assert.That((attempt.Result, attempt.Validation), Is.EqualTo((AttemptResult.Succeeded, ValidationResult.Unvalidated)));
        Assert.That(attempt.HeldFor, Is.Not.Null);
    }

    [TestCaseSource(nameof(Bounds))]
    public async Task KeepWaiting_DeliversNothingUnvalidated_R32(HoldSettings hold)
    {
        using RoutingChatClient client = Build(
            hold with { OnLimit = HeldLimitPolicy.KeepWaiting }, new RejectText("bad"), Stream("one ", "two ", "bad ", "four"), new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming: true);

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(attempt => attempt.Validation), Is.EqualTo(new[] { ValidationResult.Rejected, ValidationResult.Accepted }));
    }

    [TestCaseSource(nameof(Bounds))]
    public async Task Reject_ClimbsToTheNextModel(HoldSettings hold)
    {
        using RoutingChatClient client = Build(
            hold with { OnLimit = HeldLimitPolicy.Reject }, new RejectText("bad"), Stream("one ", "two ", "three ", "four"), Stream("ok"));

        ChatResponse response = await client.AskAsync(streaming: true);

        Assert.That(response.Text, Is.EqualTo("ok"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Reason, Does.Contain("outgrew"));
    }

    [Test]
    public async Task HoldTime_IsBoundedOnAManualClock_R32()
    {
        ManualTimeProvider clock = new();
        TaskCompletionSource gate = new();
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { Hold = new HoldSettings { MaxTime = TimeSpan.FromSeconds(2) } },
            FakeChatClient.Streaming(Pool.Text("a"), gate.Task, Pool.Text("b"), Pool.Text("c"), Pool.End()));
        pipeline.TimeProvider = clock;
        pipeline.Validators = [new RejectText("never")];
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming: true);
        clock.Advance(TimeSpan.FromSeconds(3));
        gate.SetResult();
        ChatResponse response = await pending;

        RoutingAttempt attempt = response.GetRoutingOutcome()!.Attempts.Single();
        Assert.That(response.Text, Is.EqualTo("abc"));
        Assert.That((attempt.Validation, attempt.HeldFor), Is.EqualTo((ValidationResult.Unvalidated, (TimeSpan?)TimeSpan.FromSeconds(3))));
    }

    [Test]
    public async Task HeldAnswer_IsBoundedByTheRequestsTime_R6()
    {
        ManualTimeProvider clock = new();
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { TotalTimeout = TimeSpan.FromSeconds(5), IdleTimeout = TimeSpan.FromSeconds(60) },
            FakeChatClient.Streaming(Pool.Text("a"), TimeSpan.MaxValue));
        pipeline.TimeProvider = clock;
        pipeline.Validators = [new RejectText("never")];
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming: true);
        clock.Advance(TimeSpan.FromSeconds(5.1));
        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => pending);

        Assert.That(error!.Kind, Is.EqualTo(FailureKind.Timeout));
    }

    [Test]
    public async Task StreamThatCannotBecomeGood_IsCutBeforeItsEnd_S14([Values] bool repairs)
    {
        int delivered = 0;
        FakeChatClient endless = new() { OnStream = (_, _, _) => Endless() };
        using RoutingChatClient client = Build(new HoldSettings(), new AbortAt("bad") { RepairsStoppedStreams = repairs }, endless, Stream("second"));

        ChatResponse response = await client.AskAsync(streaming: true);

        RoutingAttempt first = response.GetRoutingOutcome()!.Attempts[0];
        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(delivered, Is.EqualTo(repairs ? 6 : 3));
        Assert.That(endless.Calls[^1].Messages[^1].Text, repairs ? Does.Contain("stopped before its end").And.Contain("holds what it must not") : Is.EqualTo("Hello there"));
        Assert.That((first.Result, first.Validator, first.Certainty), Is.EqualTo((AttemptResult.Rejected, "abort-at", CostCertainty.AtLeast)));

        async IAsyncEnumerable<ChatResponseUpdate> Endless()
        {
            while (true)
            {
                delivered++;
                yield return Pool.Text(delivered % 3 == 0 ? "bad" : "fine ");
                await Task.Yield();
            }
        }
    }

    [Test]
    [Description("R6 a stream that was stopped has ended, and leaves its place to the repair")]
    public async Task RepairOfAStoppedStream_FitsIntoAnEndpointOfOneCall_R6()
    {
        int calls = 0;
        FakeChatClient model = new((_, _, _) => Task.FromResult(FakeChatClient.Answer(++calls == 1 ? "bad" : "good")));
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), model);
        pipeline.Models = [new(Pool.Profile("m1"), new ModelEndpoint(model) { Load = new() { MaxInFlight = 1 } })];
        pipeline.Validators = [new AbortAt("bad") { RepairsStoppedStreams = true }];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming: true);

        Assert.That(response.Text, Is.EqualTo("good"));
    }

    [Test]
    public async Task InspectionThatThrows_HasFoundNothing()
    {
        using RoutingChatClient client = Build(new HoldSettings(), new AbortAt("bad") { Throws = true }, Stream("bad"));

        ChatResponse response = await client.AskAsync(streaming: true);

        Assert.That(response.Text, Is.EqualTo("bad"));
    }

    [Test]
    public async Task CleanForm_TakesTheTextsPlace_AndTheRawTextIsKept_S15([Values] bool streaming)
    {
        using RoutingChatClient client = Build(new HoldSettings(), new Clean(), Stream("Sure: ", "{\"a\"", ":1} Bye"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("{\"a\":1}"));
        Assert.That(response.GetRawText(), Is.EqualTo("Sure: {\"a\":1} Bye"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
    }

    [Test]
    public async Task AnswerAsItWas_HasNoRawText([Values] bool streaming)
    {
        using RoutingChatClient client = Build(new HoldSettings(), new RejectText("bad"), Stream("fine"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.GetRawText(), Is.Null);
        Assert.That(response.GetRoutingOutcome()!.Answer!.Validation, Is.EqualTo(ValidationResult.Accepted));
    }

    private static RoutingChatClient Build(HoldSettings hold, IResponseValidator validator, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { Hold = hold }, clients);
        pipeline.Validators = [validator];
        return pipeline.Build();
    }

    private static FakeChatClient Stream(params string[] parts)
    {
        FakeChatClient client = FakeChatClient.Streaming([.. parts.Select(static part => Pool.Text(part)), Pool.End()]);
        client.OnResponse = (_, _, _) => Task.FromResult(FakeChatClient.Answer(string.Concat(parts)));
        return client;
    }

    private sealed class AbortAt(string text) : IStreamingResponseValidator, IStreamInspection
    {
        public bool Throws { get; init; }

        public bool RepairsStoppedStreams { get; init; }

        public string Name => "abort-at";

        public IStreamInspection? Inspect(RoutingRequest request) => this;

        public string? Add(ChatResponseUpdate update) =>
            Throws ? throw new InvalidOperationException()
            : update.Text.Contains(text, StringComparison.Ordinal) ? "holds what it must not"
            : null;

        public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken) => new(ValidationVerdict.Accept);
    }

    private sealed class Clean : IResponseValidator
    {
        public string Name => "clean";

        public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken) =>
            new(ValidationVerdict.AcceptAs(response.Text[response.Text.IndexOf('{')..(response.Text.IndexOf('}') + 1)], "extracted"));
    }
}
