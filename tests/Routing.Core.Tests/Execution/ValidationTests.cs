using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

public sealed class ValidationTests
{
    [Test]
    public async Task RejectedAnswer_ClimbsToTheNextModel_AndIsPaidFor_R16_R32([Values] bool streaming)
    {
        using RoutingChatClient client = Build([new RejectText("bad")], new FakeChatClient("bad"), new FakeChatClient("good"));

        ChatResponse response = await client.AskAsync(streaming);

        RoutingOutcome outcome = response.GetRoutingOutcome()!;
        Assert.That(response.Text, Is.EqualTo("good"));
        Assert.That(outcome.Attempts.Select(attempt => attempt.Result), Is.EqualTo(new[] { AttemptResult.Rejected, AttemptResult.Succeeded }));
        Assert.That(outcome.CostUsd, Is.EqualTo(outcome.Attempts.Sum(attempt => attempt.CostUsd)).And.EqualTo(0.00006m));
    }

    [Test]
    public async Task RejectedStream_IsNeverSeen_R32()
    {
        using RoutingChatClient client = Build(
            [new RejectText("bad")],
            FakeChatClient.Streaming(Pool.Text("looks fine, "), Pool.Text("but is bad"), Pool.End()),
            FakeChatClient.Streaming(Pool.Text("go"), Pool.Text("od"), Pool.End()));

        List<ChatResponseUpdate> updates = await client.GetStreamingResponseAsync(Pool.Hello).ToListAsync();

        Assert.That(updates.Select(update => update.Text), Is.EqualTo(new[] { "go", "od", "", "" }));
    }

    [Test]
    public async Task Repair_AsksTheSameModelOnce_WithItsAnswerAndTheInstruction_S15([Values] bool streaming)
    {
        int calls = 0;
        FakeChatClient first = new((_, _, _) => Task.FromResult(FakeChatClient.Answer(calls++ == 0 ? "bad" : "mended")));
        using RoutingChatClient client = Build([new RejectText("bad", "Do it right.")], first, new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("mended"));
        Assert.That(first.Calls[1].Messages.Select(message => message.Text), Is.EqualTo(new[] { "Hello there", "bad", "Do it right." }));
        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(attempt => (attempt.ModelId, attempt.Result)), Is.EqualTo(new[]
        {
            ("m1", AttemptResult.Rejected), ("m1", AttemptResult.Succeeded),
        }));
    }

    [Test]
    public async Task RepairThatFails_ClimbsToTheNextModel_S15([Values] bool streaming)
    {
        FakeChatClient first = new("bad");
        using RoutingChatClient client = Build([new RejectText("bad", "Do it right.")], first, new FakeChatClient("second"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(first.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task AllRejected_FailsWithoutShowingAnAnswer([Values] bool streaming)
    {
        using RoutingChatClient client = Build([new RejectText("bad")], new FakeChatClient("bad 1"), new FakeChatClient("bad 2"));

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.Kind, Is.EqualTo(FailureKind.SchemaInvalid));
        Assert.That(error.Outcome!.Attempts, Has.All.Property(nameof(RoutingAttempt.Result)).EqualTo(AttemptResult.Rejected));
    }

    [Test]
    public async Task ValidatorThatThrows_HasNoSay_AndTheRecordSaysSo([Values] bool streaming)
    {
        using RoutingChatClient client = Build([new Throwing()], new FakeChatClient("fine"));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("fine"));
        Assert.That(response.GetRoutingOutcome()!.Answer!.Validation, Is.EqualTo(ValidationResult.Unvalidated));
    }

    [Test]
    public async Task CallerWhoCancelsDuringValidation_LeavesNoCallOpen_AndObserversLearnOfIt([Values] bool streaming)
    {
        using CancellationTokenSource source = new();
        RecordingObserver observer = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), new FakeChatClient("first"), new FakeChatClient("second"));
        pipeline.Validators = [new Cancelling(source)];
        pipeline.Observers = [observer];
        using RoutingChatClient client = pipeline.Build();

        await Assert.CatchAsync<OperationCanceledException>(() => client.AskAsync(streaming, cancellationToken: source.Token));

        Assert.That(pipeline.Models.Sum(static model => model.Endpoints.Sum(static endpoint => endpoint.InFlight)), Is.Zero);
        RoutingAttempt attempt = observer.Outcomes.Single().Attempts.Single();
        Assert.That(attempt.Result, Is.EqualTo(AttemptResult.Cancelled));
        Assert.That(attempt.CostUsd, Is.EqualTo(0.00003m), "the answer was there, and is paid for");
    }

    [Test]
    public async Task RepairOfAToolCall_AnswersTheCall_BecauseServicesRefuseOneThatStandsOpen_S15([Values] bool streaming)
    {
        int calls = 0;
        FakeChatClient first = new((_, _, _) => Task.FromResult(calls++ > 0
            ? FakeChatClient.Answer("mended")
            : new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextContent("bad"), new FunctionCallContent("call-1", "look_up")])) { FinishReason = ChatFinishReason.ToolCalls }));
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), first);
        pipeline.Validators = [new RejectText("bad", "Do it right.")];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("mended"));
        Assert.That(first.Calls[1].Messages.Select(static message => message.Role), Is.EqualTo(new[] { ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.User }));
        Assert.That(first.Calls[1].Messages[2].Contents.OfType<FunctionResultContent>().Single().CallId, Is.EqualTo("call-1"));
    }

    [Test]
    public async Task RefusalThatTheCallerMaySee_IsNotJudged([Values] bool streaming)
    {
        FakeChatClient first = new((_, _, _) => Task.FromResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextContent("bad"), new ErrorContent("no") { ErrorCode = "Refusal" }])) { FinishReason = ChatFinishReason.Stop }));
        FakeChatClient second = new("second");
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), first, second);
        pipeline.Validators = [new RejectText("bad")];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Messages[0].Contents.OfType<ErrorContent>().Single().Message, Is.EqualTo("no"));
        Assert.That(response.GetRoutingOutcome()!.Attempts.Single().Failure, Is.EqualTo(FailureKind.Refusal));
        Assert.That(second.Calls, Is.Empty);
    }

    [Test]
    public async Task TimeThatValidatorsTake_IsNotTheEndpoints([Values] bool streaming)
    {
        ManualTimeProvider clock = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), new FakeChatClient("fine"));
        pipeline.TimeProvider = clock;
        pipeline.Validators = [new Slow(clock)];
        using RoutingChatClient client = pipeline.Build();

        await client.AskAsync(streaming);

        Assert.That(pipeline.Models[0].Endpoints[0].Latency, Is.EqualTo(TimeSpan.Zero));
    }

    private static RoutingChatClient Build(IResponseValidator[] validators, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), clients);
        pipeline.Validators = validators;
        return pipeline.Build();
    }

    private sealed class Throwing : IResponseValidator
    {
        public string Name => "throwing";

        public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }

    private sealed class Cancelling(CancellationTokenSource source) : IResponseValidator
    {
        public string Name => "cancelling";

        public async ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
        {
            await source.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return ValidationVerdict.Accept;
        }
    }

    private sealed class Slow(ManualTimeProvider clock) : IResponseValidator
    {
        public string Name => "slow";

        public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            return new(ValidationVerdict.Accept);
        }
    }
}
