using System.Collections.Frozen;
using LlmRouting.Budgets;
using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Budgets;

/// <summary>Shows budgets at work in the whole client.</summary>
public sealed class BudgetRoutingTests
{
    private static readonly TierLadder Tiers = TierLadder.Default;
    private readonly ManualTimeProvider _clock = new();

    // 10 input and 5 output tokens, as FakeChatClient reports them, at 1 and 4 USD per token.
    private const decimal CallUsd = 30;

    [Test]
    [Description("R17 S19: a hard stop is a typed error that names the budget and its next window")]
    public async Task Exhausted_ThrowsATypedError([Values] bool streaming)
    {
        FakeChatClient fake = new();
        using RoutingChatClient client = Build(new BudgetRule { Name = "daily", LimitUsd = 0.000_05m, DowngradeAt = null, ReservedOutputTokens = 5 }, Dollar("only", "fast", fake));
        await client.AskAsync(streaming);

        BudgetExceededException error = await CatchAsync(client, streaming);

        Assert.That(error.Budget, Is.EqualTo("daily"));
        Assert.That(error.RetryAt, Is.EqualTo(new DateTimeOffset(_clock.GetUtcNow().Date.AddDays(1), TimeSpan.Zero)));
        Assert.That(error.Message, Does.Contain("Budget 'daily' has no room").And.Contain("on model 'only'").And.Contain("$0.00003 are spent"));
        Assert.That(fake.Calls, Has.Count.EqualTo(1), "nothing was called that could not be paid");
    }

    [Test]
    [Description("R17: windows roll over on a fake clock")]
    public async Task NextWindow_StartsAtNothing([Values] bool streaming)
    {
        using RoutingChatClient client = Build(new BudgetRule { Name = "daily", LimitUsd = 0.000_05m, DowngradeAt = null, ReservedOutputTokens = 5 }, Dollar("only", "fast"));
        await client.AskAsync(streaming);
        await CatchAsync(client, streaming);

        _clock.Advance(TimeSpan.FromDays(1));

        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("ok"));
    }

    [Test]
    [Description("R18: a budget that runs low shifts to cheaper tiers first, and the record says why")]
    public async Task RunningLow_SetsTheStrongestTierAside([Values] bool streaming)
    {
        BudgetRule rule = new() { Name = "daily", LimitUsd = 0.001m, DowngradeAt = 0.5, ReservedOutputTokens = 5 };
        using RoutingChatClient client = Build(rule, Dollar("frontier", "frontier", micro: 5), Dollar("mid", "balanced"), Dollar("small", "fast", micro: 0.1m));
        List<string?> served = [];
        RoutingDecision? downgraded = null;
        for (int i = 0; i < 20; i++)
        {
            ChatResponse response = await client.AskAsync(streaming);
            served.Add(response.GetRoutingOutcome()!.ModelId);
            downgraded ??= served[^1] == "mid" ? response.GetRoutingOutcome()!.Decision : null;
        }

        Assert.That(served.Distinct(), Is.EqualTo(new[] { "frontier", "mid", "small" }));
        DecisionStep step = downgraded!.Steps.First(static step => step.Source == "budget-downgrade");
        Assert.That(step.Target, Is.EqualTo("frontier"));
        Assert.That(step.Reason, Is.EqualTo("budget 'daily' runs low, and tier 'frontier' is set aside"));
    }

    [Test]
    [Description("R18: the soft threshold yields when nothing cheaper can serve")]
    public async Task RunningLow_KeepsTheStrongestWhenItIsTheOnlyOne()
    {
        BudgetRule rule = new() { Name = "daily", LimitUsd = 0.000_1m, DowngradeAt = 0, ReservedOutputTokens = 5 };
        using RoutingChatClient client = Build(rule, Dollar("frontier", "frontier"));

        ChatResponse response = await client.GetResponseAsync(Pool.Hello);

        Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo("frontier"));
    }

    [Test]
    [Description("S19: a free local model still serves when the money is gone")]
    public async Task Exhausted_LeavesFreeModels([Values] bool streaming)
    {
        BudgetRule rule = new() { Name = "daily", LimitUsd = 0, DowngradeAt = null };
        using RoutingChatClient client = Build(rule, Dollar("paid", "frontier"), Dollar("local", "fast", micro: 0));

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo("local"));
        Assert.That(response.GetRoutingOutcome()!.Decision.Steps, Has.Some.Matches<DecisionStep>(static step =>
            step is { Kind: DecisionStepKind.Excluded, Source: "budget", Target: "paid", Reason: "budget 'daily' has no room for it" }));
    }

    [Test]
    [Description("S19: nor does it matter to a free model that the last call cost more than was set aside for it")]
    public async Task Overdrawn_LeavesFreeModels([Values] bool streaming)
    {
        BudgetRule rule = new() { Name = "daily", LimitUsd = 0.000_02m, DowngradeAt = null, ReservedOutputTokens = 1 };
        using RoutingChatClient client = Build(rule, Dollar("paid", "frontier"), Dollar("local", "fast", micro: 0));
        await client.AskAsync(streaming);

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo("local"));
    }

    [Test]
    [Description("R15: an unknown price is not free")]
    public async Task UnknownPrice_CannotBeHeldToABudget()
    {
        RoutableModel unknown = new(new ModelProfile { Id = "unknown" }, new ModelEndpoint(new FakeChatClient()));
        using RoutingChatClient client = Build(new BudgetRule { Name = "daily", LimitUsd = 5 }, unknown);

        BudgetExceededException error = await CatchAsync(client, streaming: false);

        Assert.That((error.Budget, error.RetryAt), Is.EqualTo(("daily", (DateTimeOffset?)null)), "no window will bring the price");
        Assert.That(error.Message, Does.Contain("the price of model 'unknown' is unknown"));
    }

    [Test]
    [Description("R17: who has to raise a limit is told by how much, at the least")]
    public async Task Refusal_NamesTheCheapestCallThatWasRefused()
    {
        using RoutingChatClient client = Build(
            new BudgetRule { Name = "daily", LimitUsd = 0.000_01m }, Dollar("dear", "frontier", micro: 100), Dollar("cheap", "fast"));

        BudgetExceededException error = await CatchAsync(client, streaming: false);

        Assert.That(error.Message, Does.Contain("on model 'cheap'"));
    }

    [Test]
    [Description("R17: a reservation is released on every exit path")]
    public async Task Reservations_AreReleasedOnEveryExit(
        [Values("answer", "throw", "cancel", "abandon", "cut", "reject")] string exit,
        [Values] bool streaming)
    {
        using CancellationTokenSource source = new();
        FakeChatClient fake = exit switch
        {
            "throw" => FakeChatClient.Throwing(static () => new HttpRequestException("down")),
            "cancel" => new FakeChatClient((_, _, token) =>
            {
                source.Cancel();
                return Task.FromCanceled<ChatResponse>(token);
            }),
            "cut" => FakeChatClient.Streaming(Pool.Text("half")),
            _ => new FakeChatClient(),
        };
        BudgetRule rule = new() { Name = "daily", LimitUsd = 1 };
        RoutingPipeline pipeline = Pipeline(rule, Dollar("only", "fast", fake));
        if (exit == "reject")
        {
            pipeline.Validators = [new RejectText("ok")];
        }

        using RoutingChatClient client = pipeline.Build();
        try
        {
            if (exit == "abandon" && streaming)
            {
                await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(Pool.Hello, cancellationToken: source.Token))
                {
                    break;
                }
            }
            else
            {
                await client.AskAsync(streaming, cancellationToken: source.Token);
            }
        }
        catch (Exception exception) when (exception is RoutingException or OperationCanceledException)
        {
            // What the caller sees is another test's business.
        }

        Assert.That(fake.Calls, Is.Not.Empty);
        Assert.That(pipeline.Budgets!.GetStatus("daily")!.ReservedUsd, Is.Zero);
    }

    [Test]
    [Description("R16 R17: what is spent is what the ledger of attempts says, failed ones included")]
    public async Task Spent_EqualsTheOutcomesCost([Values] bool streaming)
    {
        FakeChatClient bad = new("bad");
        RoutingPipeline pipeline = Pipeline(new BudgetRule { Name = "daily", LimitUsd = 1 }, Dollar("m1", "fast", bad), Dollar("m2", "fast"));
        pipeline.Validators = [new RejectText("bad")];
        using RoutingChatClient client = pipeline.Build();

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.GetRoutingOutcome()!.Attempts, Has.Length.EqualTo(2));
        Assert.That(pipeline.Budgets!.GetStatus("daily")!.SpentUsd, Is.EqualTo(response.GetRoutingOutcome()!.CostUsd).And.Positive);
    }

    [Test]
    [Description("S19: a cap on one request covers all its attempts")]
    public async Task RequestWindow_StopsAWalkThatGetsDear([Values] bool streaming)
    {
        FakeChatClient dear = new("better");
        BudgetRule rule = new() { Name = "each", Window = BudgetWindow.Request, LimitUsd = 0.000_05m, ReservedOutputTokens = 5 };
        RoutingPipeline pipeline = Pipeline(rule, Dollar("m1", "fast", new FakeChatClient("bad")), Dollar("m2", "fast", dear));
        pipeline.Validators = [new RejectText("bad")];
        using RoutingChatClient client = pipeline.Build();

        RoutingException error = await CatchAnyAsync(client, streaming);

        Assert.That(dear.Calls, Is.Empty);
        Assert.That(error.Outcome!.Attempts[^1].Failure, Is.EqualTo(FailureKind.BudgetExceeded));
    }

    [Test]
    [Description("S19: each tenant has its own account, and some another limit")]
    public async Task Tenants_AreKeptApart([Values] bool streaming)
    {
        BudgetRule rule = new()
        {
            Name = "tenants",
            Scope = BudgetScope.Per(BudgetScopeKind.Tenant),
            LimitUsd = 0.000_04m,
            LimitsUsd = new Dictionary<string, decimal> { ["big"] = 1 }.ToFrozenDictionary(),
            DowngradeAt = null,
            ReservedOutputTokens = 5,
        };
        using RoutingChatClient client = Build(rule, Dollar("only", "fast"));

        await client.AskAsync(streaming, For("small"));
        await client.AskAsync(streaming, For("other"));
        await client.AskAsync(streaming, For("big"));
        await client.AskAsync(streaming, For("big"));
        BudgetExceededException error = await CatchAsync(client, streaming, For("small"));

        Assert.That(error.Message, Does.Not.Contain("small"), "whose account it is stays out of messages");

        static ChatOptions For(string tenant) => new ChatOptions().WithRouting(hints => hints.BudgetScope = tenant);
    }

    [Test]
    [Description("R17 S19: a bug that sends everything to the frontier model is stopped within one window")]
    public async Task BugThatSendsEverythingToTheFrontier_IsStoppedWithinOneWindow()
    {
        FakeChatClient frontier = new("dear");
        RoutingPipeline pipeline = Pipeline(
            new BudgetRule { Name = "hourly", Window = BudgetWindow.Every(BudgetPeriod.Hour), LimitUsd = 0.01m, DowngradeAt = null, ReservedOutputTokens = 5 },
            Dollar("frontier", "frontier", frontier, micro: 10),
            Dollar("local", "fast", micro: 0));
        pipeline.Strategies = [new DelegateStrategy("bug", static (_, _) => StrategyVerdict.Prefer("frontier", 1, "a bug"))];
        using RoutingChatClient client = pipeline.Build();
        List<int> callsPerWindow = [];
        for (int window = 0; window < 3; window++)
        {
            int before = frontier.Calls.Count;
            for (int i = 0; i < 200; i++)
            {
                await client.GetResponseAsync(Pool.Hello);
            }

            callsPerWindow.Add(frontier.Calls.Count - before);
            _clock.Advance(TimeSpan.FromHours(1));
        }

        // 300 millionths a call: 33 fit into 0.01 USD, and nobody went without an answer.
        Assert.That(callsPerWindow, Is.All.EqualTo(33));
    }

    [Test]
    [Description("R17: 10,000 parallel calls against a cap; the slack is what calls cost beyond their reservations, nothing where these cover them")]
    public async Task ParallelCalls_NeverPassTheCap([Values] bool streaming, [Values(10, 1)] int reserved)
    {
        const int Workers = 64;
        int running = 0;
        int most = 0;
        FakeChatClient fake = new(async (_, _, _) =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return FakeChatClient.Answer("ok");
        });
        const decimal Cap = 0.05m;
        RoutingPipeline pipeline = Pipeline(new BudgetRule { Name = "cap", LimitUsd = Cap, DowngradeAt = null, ReservedOutputTokens = reserved }, Dollar("only", "fast", fake));
        using RoutingChatClient client = pipeline.Build();
        int answered = 0;
        int refused = 0;

        await Parallel.ForAsync(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (_, token) =>
        {
            try
            {
                await client.AskAsync(streaming, cancellationToken: token);
                Interlocked.Increment(ref answered);
            }
            catch (BudgetExceededException)
            {
                Interlocked.Increment(ref refused);
            }
        });

        BudgetStatus status = pipeline.Budgets!.GetStatus("cap")!;
        Assert.That(answered + refused, Is.EqualTo(10_000));
        Assert.That(status.ReservedUsd, Is.Zero);
        Assert.That(status.SpentUsd, Is.LessThanOrEqualTo(Cap + (reserved == 10 ? 0 : Workers * CallUsd / 1_000_000m)));
        Assert.That(status.SpentUsd, Is.EqualTo(answered * CallUsd / 1_000_000m));
        Assert.That(status.SpentUsd, Is.GreaterThan(Cap * 0.9m), "the cap was reached, so it was put to the test");
        Assert.That(most, Is.GreaterThan(1), "calls did run side by side");
    }

    [Test]
    public async Task StoreThatFails_DoesNotFailTheRequest([Values] bool streaming)
    {
        RoutingPipeline pipeline = Pipeline(new BudgetRule { Name = "daily", LimitUsd = 1 }, Dollar("only", "fast"));
        pipeline.Budgets = new BudgetLedger(pipeline.Budgets!.Rules, new BrokenBudgetStore());
        using RoutingChatClient client = pipeline.Build();

        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("ok"));
    }

    [Test]
    [Description("R6 R17: a store that does not answer is not waited for longer than a store may take, and what it grants too late is given back")]
    public void StoreThatHangs_IsLeftBehindLikeOneThatIsGone([Values] bool streaming)
    {
        TaskCompletionSource late = new();
        FakeChatClient fake = new();
        RoutingPipeline pipeline = Slow(late.Task, fake);
        using RoutingChatClient client = pipeline.Build();
        long started = _clock.GetTimestamp();

        VirtualTime.Run(_clock, () => client.AskAsync(streaming));

        Assert.That(_clock.GetElapsedTime(started), Is.EqualTo(BudgetLedger.StoreTimeout));
        AssertNothingIsLeft(pipeline, fake, late, calls: 1);
    }

    [Test]
    [Description("R6 R17: the caller's token wins over a store that does not heed it")]
    public void StoreThatHangs_DoesNotHoldUpACallerWhoCancels([Values] bool streaming)
    {
        TaskCompletionSource late = new();
        FakeChatClient fake = new();
        RoutingPipeline pipeline = Slow(late.Task, fake);
        using RoutingChatClient client = pipeline.Build();
        using CancellationTokenSource source = new(TimeSpan.FromSeconds(1), _clock);
        long started = _clock.GetTimestamp();

        VirtualTime.Run(_clock, async () =>
        {
            try
            {
                await client.AskAsync(streaming, cancellationToken: source.Token);
            }
            catch (OperationCanceledException)
            {
                // What is expected.
            }
        });

        Assert.That(_clock.GetElapsedTime(started), Is.EqualTo(TimeSpan.FromSeconds(1)));
        AssertNothingIsLeft(pipeline, fake, late, calls: 0);
    }

    private RoutingPipeline Slow(Task late, FakeChatClient fake)
    {
        RoutingPipeline pipeline = Pipeline(new BudgetRule { Name = "daily", LimitUsd = 1 }, Dollar("only", "fast", fake));
        pipeline.Budgets = new BudgetLedger(pipeline.Budgets!.Rules, new SlowBudgetStore(_ => late), _clock);
        pipeline.Execution = pipeline.Execution with { TotalTimeout = TimeSpan.FromSeconds(5) };
        return pipeline;
    }

    private void AssertNothingIsLeft(RoutingPipeline pipeline, FakeChatClient fake, TaskCompletionSource late, int calls)
    {
        VirtualTime.Run(_clock, () =>
        {
            late.SetResult();
            return Task.CompletedTask;
        });
        Assert.That(fake.Calls, Has.Count.EqualTo(calls));
        Assert.That(pipeline.Models[0].Endpoints[0].InFlight, Is.Zero);
        Assert.That(pipeline.Budgets!.GetStatus("daily")!.ReservedUsd, Is.Zero);
        Assert.That(_clock.ActiveTimers, Is.Zero);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) is var now && now != seen)
        {
            seen = now;
        }
    }

    private static RoutableModel Dollar(string id, string tier, FakeChatClient? client = null, decimal micro = 1) => new(
        new ModelProfile { Id = id, Tier = tier, InputUsdPerMillionTokens = micro, OutputUsdPerMillionTokens = micro * 4 },
        new ModelEndpoint(client ?? new FakeChatClient()));

    private RoutingChatClient Build(BudgetRule rule, params RoutableModel[] models) => Pipeline(rule, models).Build();

    private RoutingPipeline Pipeline(BudgetRule rule, params RoutableModel[] models) => new()
    {
        Models = models,
        Tiers = Tiers,
        Strategies = [new DelegateStrategy("fixed", static (_, candidates) => StrategyVerdict.Rank([.. candidates.Select(static candidate => candidate.Profile.Id)], 1, "the order of the test"))],
        Budgets = new BudgetLedger([rule], timeProvider: _clock),
        TimeProvider = _clock,
        Execution = new ExecutionSettings { MaxAttempts = 2 },
    };

    private static async Task<BudgetExceededException> CatchAsync(RoutingChatClient client, bool streaming, ChatOptions? options = null) =>
        await CatchAnyAsync(client, streaming, options) as BudgetExceededException ?? throw new AssertionException("It was no BudgetExceededException.");

    private static async Task<RoutingException> CatchAnyAsync(RoutingChatClient client, bool streaming, ChatOptions? options = null)
    {
        try
        {
            await client.AskAsync(streaming, options);
        }
        catch (RoutingException exception)
        {
            return exception;
        }

        throw new AssertionException("Nothing was thrown.");
    }
}
