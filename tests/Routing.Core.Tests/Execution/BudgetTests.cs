using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

public sealed class BudgetTests
{
    [Test]
    public async Task Attempts_NeverExceedTheBudget_R6([Values] bool streaming, [Values(1, 2, 4)] int budget)
    {
        FakeChatClient[] clients = [.. Enumerable.Range(0, 5).Select(static _ => FakeChatClient.Throwing(static () => new IOException()))];
        using RoutingChatClient client = Pool.InOrder(new ExecutionSettings { MaxAttempts = budget }, clients);

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.Outcome!.Attempts, Has.Length.EqualTo(budget));
        Assert.That(clients.Sum(fake => fake.Calls.Count), Is.EqualTo(budget));
    }

    [Test]
    public async Task NestedRouters_ShareOneBudget_R6([Values] bool streaming)
    {
        FakeChatClient[] inner = [.. Enumerable.Range(0, 4).Select(static _ => FakeChatClient.Throwing(static () => new IOException()))];
        FakeChatClient last = new("never reached");
        using RoutingChatClient nested = Pool.InOrder(new ExecutionSettings { MaxAttempts = 9 }, inner);
        using RoutingChatClient client = Pool.InOrder(new ExecutionSettings { MaxAttempts = 3 }, nested, nested, last);

        await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(inner.Sum(fake => fake.Calls.Count) + last.Calls.Count, Is.EqualTo(3), "not 9, and not 3 times 9");
    }

    [Test]
    public async Task RepairByANestedRouter_IsNotTried_WhenTheBudgetIsUsedUp([Values] bool streaming)
    {
        using RoutingChatClient nested = Pool.InOrder(new FakeChatClient("bad"));
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { MaxAttempts = 1 }, nested);
        pipeline.Validators = [new RejectText("bad", "Do it right.")];
        using RoutingChatClient client = pipeline.Build();

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.Outcome!.Attempts.Select(static attempt => attempt.Result), Is.EqualTo(new[] { AttemptResult.Rejected }));
    }

    [Test]
    public async Task NestedRouter_PassesItsCostAndNoKeysOn([Values] bool streaming)
    {
        FakeChatClient leaf = new("answer");
        using RoutingChatClient nested = Pool.InOrder(leaf);
        using RoutingChatClient client = Pool.InOrder(nested);

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.GetRoutingOutcome()!.CostUsd, Is.EqualTo(0.00003m), "10 tokens in at 1, 5 out at 4 USD per million, once");
        Assert.That(leaf.Calls.Single().Options?.AdditionalProperties, Is.Null.Or.Empty);
    }

    [Test]
    public void TotalTimeout_EndsTheWalk_R6([Values] bool streaming)
    {
        ManualTimeProvider clock = new();
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { TotalTimeout = TimeSpan.FromSeconds(5), AttemptTimeout = TimeSpan.FromSeconds(4), FirstTokenTimeout = TimeSpan.FromSeconds(4) },
            Silent(), Silent(), Silent());
        pipeline.TimeProvider = clock;
        using RoutingChatClient client = pipeline.Build();

        RouteFailedException? error = Assert.Throws<RouteFailedException>(() => VirtualTime.Run(clock, () => client.AskAsync(streaming)));

        Assert.That(error!.Kind, Is.EqualTo(FailureKind.Timeout));
        Assert.That(error.Outcome!.Elapsed, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(error.Outcome.Attempts.Count(attempt => attempt.Result == AttemptResult.Failed), Is.EqualTo(2), "4 s, then the 1 s that is left");
    }

    [Test]
    public async Task ClientThatIgnoresItsCancellation_IsLeftBehind_R5()
    {
        ManualTimeProvider clock = new();
        TaskCompletionSource<ChatResponse> never = new();
        RoutingPipeline pipeline = Pool.Pipeline(
            new ExecutionSettings { AttemptTimeout = TimeSpan.FromSeconds(2) }, new FakeChatClient((_, _, _) => never.Task), new FakeChatClient("second"));
        pipeline.TimeProvider = clock;
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.GetResponseAsync(Pool.Hello);
        clock.Advance(TimeSpan.FromSeconds(2.1));
        ChatResponse response = await pending;

        Assert.That(response.Text, Is.EqualTo("second"));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Failure, Is.EqualTo(FailureKind.Timeout));
    }

    [Test]
    public async Task CostLimit_CoversTheWholeWalk_R6([Values] bool streaming)
    {
        // The first model fails after it has been paid for; a second call would exceed what is left.
        FakeChatClient rejected = new("bad");
        FakeChatClient second = new("good");
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), rejected, second);
        pipeline.Validators = [new RejectText("bad")];
        using RoutingChatClient client = pipeline.Build();
        decimal estimate = new Candidate(client.Router.Registry.Current.Models[0], (await client.Router.DecideAsync(Pool.Hello)).Features).EstimatedCostUsd!.Value;
        ChatOptions options = new ChatOptions().WithRouting(hints => hints.MaxCostUsd = estimate);

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming, options));

        Assert.That(second.Calls, Is.Empty);
        Assert.That(error!.Outcome!.Attempts.Select(attempt => attempt.Result), Is.EqualTo(new[] { AttemptResult.Rejected, AttemptResult.Skipped }));
        Assert.That(error.Outcome.Attempts[1].Reason, Does.Contain("cost limit"));
    }

    [Test]
    public async Task CallersToken_CancelsBeforeAnyCall([Values] bool streaming)
    {
        FakeChatClient fake = new();
        using RoutingChatClient client = Pool.InOrder(fake);

        await Assert.ThatAsync(() => client.AskAsync(streaming, cancellationToken: new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(fake.Calls, Is.Empty);
    }

    [Test]
    public async Task CallersToken_CancelsDuringACall_AndIsNoModelsFailure([Values] bool streaming, [Values] bool clientObeys)
    {
        using CancellationTokenSource source = new();
        FakeChatClient second = new();
        RecordingObserver observer = new();
        TaskCompletionSource<ChatResponse> never = new();
        FakeChatClient first = clientObeys ? Silent() : new FakeChatClient((_, _, _) => never.Task);
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), first, second);
        pipeline.Observers = [observer];
        using RoutingChatClient client = pipeline.Build();

        Task<ChatResponse> pending = client.AskAsync(streaming, cancellationToken: source.Token);
        await source.CancelAsync();
        OperationCanceledException? error = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            try
            {
                await pending;
            }
            catch (TaskCanceledException exception)
            {
                throw new OperationCanceledException(exception.Message, exception, exception.CancellationToken);
            }
        });

        Assert.That(error!.CancellationToken, Is.EqualTo(source.Token));
        Assert.That(second.Calls, Is.Empty);
        RoutingAttempt attempt = observer.Outcomes.Single().Attempts.Single();
        Assert.That((attempt.Result, attempt.Failure), Is.EqualTo((AttemptResult.Cancelled, FailureKind.CallerCancelled)));
    }

    [Test]
    public async Task CallersToken_CancelledAfterTheAnswer_ChangesNothing([Values] bool streaming)
    {
        using CancellationTokenSource source = new();
        using RoutingChatClient client = Pool.InOrder(new FakeChatClient("done"));

        ChatResponse response = await client.AskAsync(streaming, cancellationToken: source.Token);
        await source.CancelAsync();

        Assert.That(response.Text, Is.EqualTo("done"));
        Assert.That(response.GetRoutingOutcome()!.Answer!.Result, Is.EqualTo(AttemptResult.Succeeded));
    }

    [Test]
    public async Task RejectedAnswerOfANestedRouter_CostsWhatThatRouterPaid([Values] bool streaming)
    {
        using RoutingChatClient nested = Pool.InOrder(new FakeChatClient("bad"));
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), nested, new FakeChatClient("good"));
        pipeline.Models = [new RoutableModel(Pool.Profile("m1", price: 1000), new ModelEndpoint(nested)), pipeline.Models[1]];
        pipeline.Validators = [new RejectText("bad")];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.GetRoutingOutcome()!.Attempts[0].CostUsd, Is.EqualTo(0.00003m));
    }

    private static FakeChatClient Silent() => FakeChatClient.Hanging();
}
