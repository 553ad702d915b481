using LlmRouting.Core.Tests.Support;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Pipeline;

/// <summary>Shows how a decision comes about, without any model being called.</summary>
public sealed class RouterTests
{
    [Test]
    public async Task Decide_StopsAtTheFirstConfidentStrategy()
    {
        int asked = 0;

        RoutingDecision decision = await Decide(
            Says("first", StrategyVerdict.Abstain("no idea")),
            Says("second", StrategyVerdict.Prefer("small", 0.7, "sure enough")),
            new DelegateStrategy("third", (_, _) =>
            {
                asked++;
                return StrategyVerdict.Prefer("large", 1, "surer");
            }));

        Assert.That((decision.ModelId, decision.DecidedBy, decision.Confidence, decision.Reason), Is.EqualTo(("small", "second", 0.7, "sure enough")));
        Assert.That(asked, Is.Zero);
    }

    [Test]
    public async Task Decide_TakesTheMostConfidentPreferenceWhenNoneIsSure()
    {
        RoutingDecision decision = await Decide(
            Says("a", StrategyVerdict.Prefer("small", 0.5, "perhaps")),
            Says("b", StrategyVerdict.Prefer("large", 0.6, "rather")),
            Says("c", StrategyVerdict.Prefer("medium", 0.6, "as much, but later")));

        Assert.That((decision.ModelId, decision.DecidedBy), Is.EqualTo(("large", "b")));
    }

    [TestCase("medium", "medium", "no strategy had an opinion")]
    [TestCase("MEDIUM", "medium", "no strategy had an opinion")]
    [TestCase(null, "large", "no strategy had an opinion, so the most capable model")]
    public async Task Decide_FallsBackToTheDefaultModelWhenAllAbstain(string? defaultModel, string expected, string reason)
    {
        RoutingDecision decision = await Decide(
            pipeline => pipeline.DefaultModel = defaultModel,
            Says("a", StrategyVerdict.Abstain("no")));

        Assert.That((decision.ModelId, decision.DecidedBy, decision.Confidence, decision.Reason), Is.EqualTo((expected, "default", 0.0, reason)));
    }

    [Test]
    public async Task Decide_FallsBackToTheMostCapableCandidateWhenTheDefaultModelIsExcluded()
    {
        RoutingDecision decision = await Decide(
            pipeline =>
            {
                pipeline.DefaultModel = "small";
                pipeline.Constraints = [Excludes("small")];
            },
            Says("a", StrategyVerdict.Abstain("no")));

        Assert.That(decision.ModelId, Is.EqualTo("large"));
    }

    [TestCase("medium", "medium,large,small", Description = "Then models as good by price, then weaker ones.")]
    [TestCase("small", "small,medium,large")]
    [TestCase("large", "large,medium,small")]
    public async Task Ranking_OfAPreferredModel_IsWinnerThenAsGoodByPriceThenWeakerByQuality(string preferred, string expected)
    {
        RoutingDecision decision = await Decide(Says("a", StrategyVerdict.Prefer(preferred, 1, "so")));

        Assert.That(string.Join(',', decision.Ranking), Is.EqualTo(expected));
    }

    [Test]
    public async Task Ranking_FollowsTheVerdictsOwnOrderFirst()
    {
        RoutingDecision decision = await Decide(
            pipeline => pipeline.Models = [Make.Model("a", null, 0.5, 1, 1), Make.Model("b", null, 0.4, 1, 1), Make.Model("c", null, 0.9, 9, 9), Make.Model("d", null, 0.6, 2, 2), Make.Model("e", null, 0.2), Make.Model("f", null, 0.3)],
            Says("s", StrategyVerdict.Rank(["a", "f", "ghost", "A"], 1, "so")));

        Assert.That(string.Join(',', decision.Ranking), Is.EqualTo("a,f,d,c,b,e"));
    }

    [TestCase("balanced", "medium")]
    [TestCase("BALANCED", "medium")]
    [TestCase("frontier", "large")]
    public async Task Ranking_OfATier_TakesItsModels(string tier, string expected) =>
        Assert.That((await Decide(Says("a", StrategyVerdict.PreferTier(tier, 1, "so")))).ModelId, Is.EqualTo(expected));

    [Test]
    public async Task Ranking_OfATier_OrdersItsModelsByPriceWithUnknownOnesLast()
    {
        RoutingDecision decision = await Decide(
            pipeline => pipeline.Models = [Make.Model("unknown", "fast", 0.9), Make.Model("dear", "fast", 0.5, 2, 2), Make.Model("cheap", "fast", 0.5, 1, 1)],
            Says("a", StrategyVerdict.PreferTier("fast", 1, "so")));

        Assert.That(string.Join(',', decision.Ranking), Is.EqualTo("cheap,dear,unknown"));
    }

    [TestCase("medium", "balanced", "large", Description = "A stronger model can do the work of a weaker one.")]
    [TestCase("large", "frontier", "medium", Description = "Else the next weaker.")]
    public async Task Ranking_OfATierWithoutCandidates_GoesUpFirst(string excluded, string tier, string expected)
    {
        RoutingDecision decision = await Decide(
            pipeline => pipeline.Constraints = [Excludes(excluded)],
            Says("a", StrategyVerdict.PreferTier(tier, 1, "so")));

        Assert.That(decision.ModelId, Is.EqualTo(expected));
    }

    [Test]
    public async Task Ranking_ComparesQualityInTheRequestsCategory()
    {
        RoutableModel coder = Make.Model(Make.Profile("coder", quality: 0.3, input: 1, output: 1) with
        {
            QualityByCategory = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create("code", 0.95)]),
        });

        RoutingDecision decision = await Decide(
            pipeline =>
            {
                pipeline.Models = [Make.Model("talker", null, 0.8, 0.1m, 0.1m), coder, Make.Model("winner", null, 0.9, 5, 5)];
                pipeline.Classifiers = [new FakeClassifier(0.5, category: "code")];
            },
            new DelegateStrategy("a", async (request, _, token) =>
            {
                await request.GetClassificationAsync(token);
                return StrategyVerdict.Prefer("winner", 1, "so");
            }));

        Assert.That(string.Join(',', decision.Ranking), Is.EqualTo("winner,coder,talker"));
    }

    [Test]
    public async Task UnknownModel_NamedByAStrategy_IsPassedOverWithAWarning()
    {
        RoutingDecision decision = await Decide(
            Says("lost", StrategyVerdict.Prefer("ghost", 1, "so")),
            Says("found", StrategyVerdict.Prefer("small", 0.9, "so")));

        Assert.That(decision.DecidedBy, Is.EqualTo("found"));
        Assert.That(decision.Steps.Select(static step => step.ToString()), Does.Contain("lost warned about ghost: names no candidate, so its opinion was passed over"));
    }

    private static readonly StrategyVerdict[] Impossible =
    [
        StrategyVerdict.Prefer("ghost", 0.6, "so"),
        StrategyVerdict.PreferTier("ghost", 0.6, "so"),
        StrategyVerdict.Rank(["ghost", "phantom"], 0.6, "so"),
    ];

    [TestCaseSource(nameof(Impossible))]
    public async Task UnknownModel_NamedByTheMostConfidentUnsureStrategy_LeavesTheOthersTheirSay(StrategyVerdict impossible)
    {
        RoutingDecision decision = await Decide(
            Says("lost", impossible),
            Says("found", StrategyVerdict.PreferTier("fast", 0.5, "so")));

        Assert.That((decision.ModelId, decision.DecidedBy), Is.EqualTo(("small", "found")));
        Assert.That(decision.Steps.Select(static step => step.ToString()), Does.Contain("lost warned about ghost: names no candidate, so its opinion was passed over"));
    }

    [Test]
    public async Task Strategy_ThatThrows_HasAbstained([Values] bool synchronously)
    {
        using RecordingLoggerFactory logs = new();
        InvalidOperationException error = new("the prompt was: secret");

        RoutingDecision decision = await Decide(
            pipeline => pipeline.LoggerFactory = logs,
            new DelegateStrategy("broken", (_, _, _) => synchronously ? throw error : ValueTask.FromException<StrategyVerdict>(error)),
            Says("next", StrategyVerdict.Prefer("small", 1, "so")));

        Assert.That(decision.ModelId, Is.EqualTo("small"));
        Assert.That(decision.Steps.Select(static step => step.ToString()), Does.Contain("broken abstained: threw an exception"));
        Assert.That(logs.Of(EventIds.StrategyFailed), Is.EqualTo(["Strategy 'broken' threw an exception (InvalidOperationException); it has abstained"]));
    }

    [Test]
    public async Task Strategy_ThatHangs_HasAbstainedAtItsDeadline()
    {
        ManualTimeProvider clock = new();
        TaskCompletionSource<StrategyVerdict> never = new();
        Task<RoutingDecision> pending = Decide(
            pipeline =>
            {
                pipeline.TimeProvider = clock;
                pipeline.StrategyTimeout = TimeSpan.FromSeconds(3);
            },
            new DelegateStrategy("hanging", (_, _, _) => new(never.Task)),
            Says("next", StrategyVerdict.Prefer("small", 1, "so")));

        clock.Advance(TimeSpan.FromSeconds(3));

        RoutingDecision decision = await pending;
        Assert.That((decision.ModelId, decision.Elapsed), Is.EqualTo(("small", TimeSpan.FromSeconds(3))));
        Assert.That(decision.Steps.Select(static step => step.ToString()), Does.Contain("hanging abstained: ran past its deadline"));
    }

    [Test]
    public void CallersCancellation_EndsTheDecision()
    {
        using CancellationTokenSource source = new();
        IChatClient client = Pipeline(new DelegateStrategy("cancelling", async (_, _, token) =>
        {
            await source.CancelAsync();
            token.ThrowIfCancellationRequested();
            return StrategyVerdict.Abstain("unreachable");
        })).Build();

        Assert.That(
            async () => await RouterOf(client).DecideAsync(Make.Messages(), cancellationToken: source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("small")]
    [TestCase("SMALL")]
    public async Task Hint_PinsTheModelAndAsksNoStrategy(string name)
    {
        IChatClient client = Pipeline(new DelegateStrategy("a", static (_, _) => throw new InvalidOperationException("was asked"))).Build();

        RoutingDecision decision = await RouterOf(client).DecideAsync(Make.Messages(), Make.Hints(hints => hints.Model = name));

        Assert.That(decision.ToString(), Is.EqualTo("small via request (1.00: the request names it)"));
        Assert.That(decision.Steps, Is.Empty);
    }

    [TestCase("large", null, "large")]
    [TestCase("large", "small", "small", Description = "A hint goes before the options' model.")]
    [TestCase("auto", null, "medium")]
    [TestCase("AUTO", null, "medium")]
    [TestCase("", null, "medium")]
    public async Task ModelOfTheOptions_PinsToo(string optionsModel, string? hint, string expected)
    {
        ChatOptions options = Make.Hints(hints => hints.Model = hint);
        options.ModelId = optionsModel;
        IChatClient client = Pipeline(Says("a", StrategyVerdict.Prefer("medium", 1, "so"))).Build();

        Assert.That((await RouterOf(client).DecideAsync(Make.Messages(), options)).ModelId, Is.EqualTo(expected));
    }

    [Test]
    public async Task S16_PinOnARetiredModel_LeadsToItsReplacementWithAWarning()
    {
        RoutingDecision decision = await Decide(
            pipeline =>
            {
                pipeline.TimeProvider = new ManualTimeProvider();
                pipeline.Models = [Make.Model(Make.Profile("old") with { RetiresOn = DateTimeOffset.UnixEpoch, ReplacedBy = "new" }), Make.Model("new")];
            },
            hints => hints.Model = "old");

        Assert.That(decision.ModelId, Is.EqualTo("new"));
        Assert.That(decision.Steps.Single().ToString(), Is.EqualTo("registry warned about old: the model has retired, and its replacement serves"));
    }

    [Test]
    public async Task S16_DeprecatedWinner_DrawsAWarningStep()
    {
        RoutingDecision decision = await Decide(
            pipeline =>
            {
                pipeline.TimeProvider = new ManualTimeProvider();
                pipeline.Models = [Make.Model(Make.Profile("old") with { DeprecatedOn = DateTimeOffset.UnixEpoch })];
            },
            hints => hints.Model = "old");

        Assert.That(decision.Steps.Single().ToString(), Is.EqualTo("registry warned about old: the model is deprecated"));
    }

    [Test]
    public void UnknownModel_InTheRequest_ListsThoseInService() =>
        Assert.That(
            () => Decide(static _ => { }, hints => hints.Model = "ghost"),
            Throws.TypeOf<RoutingException>().With.Message.EqualTo(
                "The request names model 'ghost', which is not in service; in service: large, medium, small. Leave the model out, or name it 'auto', to let the router choose."));

    [Test]
    public void UnknownPolicy_InTheRequest_ListsThoseConfigured() =>
        Assert.That(
            () => Decide(pipeline => pipeline.Policies = [new RoutingPolicy { Id = "bot" }], hints => hints.Policy = "boat"),
            Throws.TypeOf<RoutingException>().With.Message.EqualTo(
                "The request names policy 'boat', which is not configured; configured: bot. Add it under 'Policies'."));

    [Test]
    public async Task S10_Policy_OfTheRequest_SetsItsFloors()
    {
        RoutingDecision decision = await Decide(
            pipeline => pipeline.Policies = [new RoutingPolicy { Id = "bot", MinQuality = 0.6 }],
            hints => hints.Policy = "BOT");

        Assert.That(decision.Ranking, Is.EquivalentTo(["medium", "large"]));
        Assert.That(decision.Steps[0].ToString(), Is.EqualTo("policy excluded small: its quality is below the policy's floor"));
    }

    [Test]
    public void R20_NoCandidate_SaysWhyEachModelWasRejected()
    {
        NoCandidateException? exception = Assert.Throws<NoCandidateException>(() => Decide(
            pipeline =>
            {
                pipeline.Policies = [new RoutingPolicy { Id = "strict", MinQuality = 0.5 }];
                pipeline.Constraints = [new FakeConstraint("residency", static _ => "is elsewhere")];
            },
            hints => hints.Policy = "strict").GetAwaiter().GetResult());

        Assert.That(exception?.Exclusions.Select(static step => (step.Target, step.Source)), Is.EqualTo(
            new[] { ("small", "policy"), ("medium", "residency"), ("large", "residency") }));
        Assert.That(exception?.Message, Is.EqualTo(
            "No model can serve this request: 'small' (policy: its quality is below the policy's floor); 'medium' (residency: is elsewhere); "
            + "'large' (residency: is elsewhere). Register a model that fits, or relax the request or its policy."));
    }

    [Test]
    public void R20_PinnedModel_ThatMayNotServe_IsNotReplacedSilently()
    {
        NoCandidateException? exception = Assert.Throws<NoCandidateException>(() => Decide(
            pipeline => pipeline.Constraints = [Excludes("small"), Excludes("large")],
            hints => hints.Model = "small").GetAwaiter().GetResult());

        Assert.That(exception?.Exclusions.Single().ToString(), Is.EqualTo("no-small excluded small: not this one"));
    }

    [Test]
    public async Task SoftConstraint_IsIgnoredWhenItWouldLeaveNoModel()
    {
        RoutingDecision decision = await Decide(static _ => { }, hints => hints.MaxLatency = TimeSpan.FromMilliseconds(1));

        Assert.That(decision.Ranking, Has.Length.EqualTo(3));
        Assert.That(decision.Steps[0].ToString(), Is.EqualTo("latency was ignored: it would leave no model"));
        Assert.That(decision.Steps.Select(static step => step.Kind), Has.None.EqualTo(DecisionStepKind.Excluded));
    }

    [Test]
    public async Task SoftConstraint_SeesOnlyWhatTheHardOnesLeave()
    {
        RoutingDecision decision = await Decide(
            pipeline => pipeline.Constraints = [new FakeConstraint("soft", static candidate => candidate.Profile.Id == "large" ? null : "not large", isSoft: true), Excludes("large")]);

        Assert.That(decision.Ranking, Is.EquivalentTo(["small", "medium"]));
        Assert.That(decision.Steps.Select(static step => step.ToString()), Does.Contain("soft was ignored: it would leave no model"));
    }

    [Test]
    public async Task Constraint_ThatThrows_ExcludesNothing()
    {
        using RecordingLoggerFactory logs = new();

        RoutingDecision decision = await Decide(pipeline =>
        {
            pipeline.LoggerFactory = logs;
            pipeline.Constraints = [new FakeConstraint("broken", static _ => throw new InvalidOperationException("secret"))];
        });

        Assert.That(decision.Ranking, Has.Length.EqualTo(3));
        Assert.That(decision.Steps[0].ToString(), Is.EqualTo("broken warned about small: threw an exception and excluded nothing"));
        Assert.That(logs.Of(EventIds.ConstraintFailed), Has.Exactly(3).EqualTo("Constraint 'broken' threw InvalidOperationException; it excluded nothing"));
    }

    [TestCase("small", "medium", "large")]
    [TestCase("medium", "small", "large")]
    [TestCase("large", "small", "medium")]
    [TestCase("small", "large", "medium")]
    public async Task Constraint_ThatThrowsForOneModel_IsStillAskedAboutTheOthers(string broken, string excluded, string other)
    {
        RoutingDecision decision = await Decide(pipeline => pipeline.Constraints =
        [
            new FakeConstraint(
                "moody",
                candidate => candidate.Profile.Id == broken ? throw new InvalidOperationException() : candidate.Profile.Id == excluded ? "no" : null),
        ]);

        Assert.That(decision.Ranking, Is.EquivalentTo([broken, other]));
        Assert.That(decision.Steps.Select(static step => step.ToString()), Is.SupersetOf(
            [$"moody warned about {broken}: threw an exception and excluded nothing", $"moody excluded {excluded}: no"]));
    }

    [Test]
    public async Task DryRun_CallsNoModel()
    {
        RoutingPipeline pipeline = Pipeline(Says("a", StrategyVerdict.Prefer("small", 1, "so")));
        IChatClient client = pipeline.Build();

        await RouterOf(client).DecideAsync(Make.Messages());

        Assert.That(pipeline.Models.Select(static model => ((FakeChatClient)model.Endpoints[0].Client).Calls.Count), Has.All.Zero);
    }

    [Test]
    public async Task R30_Decision_ExplainsItselfStepByStep()
    {
        RoutingDecision decision = await Decide(
            pipeline =>
            {
                pipeline.Classifiers = [new FakeClassifier(0.6, confidence: 0.5, category: "code", name: "guess")];
                pipeline.Constraints = [Excludes("medium")];
            },
            Says("shy", StrategyVerdict.Abstain("no idea")),
            new TiersStrategy(TierLadder.Default),
            Says("last", StrategyVerdict.Rank(["small", "large"], 0.75, "cheapest")));

        Assert.That(decision.Steps.Select(static step => step.ToString()), Is.EqualTo(new[]
        {
            "no-medium excluded medium: not this one",
            "affinity abstained: the request carries on no tool loop",
            "shy abstained: no idea",
            "guess classified the request: complexity 0.60, confidence 0.50, code",
            "tiers preferred balanced (0.50): complexity up to 0.7 belongs to balanced",
            "last preferred small (0.75): cheapest",
        }));
        Assert.That(decision.ToString(), Is.EqualTo("small via last (0.75: cheapest)"));
        Assert.That(decision.Classification?.Category, Is.EqualTo("code"));
    }

    [Test]
    public async Task R30_SameInputs_GiveTheSameDecision()
    {
        HashSet<string> decisions = [];
        for (int i = 0; i < 20; i++)
        {
            RoutingDecision decision = await Decide(
                pipeline =>
                {
                    pipeline.TimeProvider = new ManualTimeProvider();
                    pipeline.Models = [.. Enumerable.Range(0, 40).Select(static n => Make.Model($"m{n:00}", n % 2 == 0 ? "fast" : "frontier", 0.5, 1, 1))];
                    pipeline.Classifiers = [new FakeClassifier(0.6, confidence: 0.5)];
                },
                new CostLatencyStrategy(TierLadder.Default));
            decisions.Add($"{decision} {decision.Elapsed} {string.Join(',', decision.Ranking)} {string.Join('|', decision.Steps)}");
        }

        Assert.That(decisions, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task R30_Decision_HoldsNoPromptText()
    {
        RoutingDecision decision = await RouterOf(Pipeline(
            new RulesStrategy([new() { When = new() { Keywords = ["xyzzy"] }, Prefer = "large" }])).Build()).DecideAsync(Make.Messages("xyzzy plugh"));

        Assert.That($"{decision} {string.Join(' ', decision.Steps)} {decision.Features}", Does.Contain("large via rules").And.Not.Contain("xyzzy").And.Not.Contain("plugh"));
    }

    [Test]
    public void Messages_ThatAreMissing_AreRefused()
    {
        Router router = RouterOf(Pipeline(Says("a", StrategyVerdict.Abstain("no"))).Build());

        Assert.That(async () => await router.DecideAsync(null!), Throws.ArgumentNullException);
        Assert.That(async () => await router.DecideAsync([]), Throws.ArgumentException.With.Message.StartsWith("There are no messages; pass at least one."));
        Assert.That(async () => await router.DecideAsync([null!]), Throws.ArgumentException.With.Message.StartsWith("One of the messages is null."));
    }

    private static DelegateStrategy Says(string name, StrategyVerdict verdict) => new(name, (_, _) => verdict);

    private static FakeConstraint Excludes(string model) => new($"no-{model}", candidate => candidate.Profile.Id == model ? "not this one" : null);

    private static RoutingPipeline Pipeline(params IRoutingStrategy[] strategies) => new()
    {
        Models = Make.Ladder(),
        Strategies = strategies.Length == 0 ? [Says("none", StrategyVerdict.Abstain("no"))] : strategies,
        Classifiers = [],
    };

    private static Router RouterOf(IChatClient client) => client.GetService<Router>() ?? throw new ArgumentException("There is no router.", nameof(client));

    private static Task<RoutingDecision> Decide(params IRoutingStrategy[] strategies) => Decide(static _ => { }, strategies);

    private static async Task<RoutingDecision> Decide(Action<RoutingPipeline> configure, params IRoutingStrategy[] strategies)
    {
        RoutingPipeline pipeline = Pipeline(strategies);
        configure(pipeline);
        return await RouterOf(pipeline.Build()).DecideAsync(Make.Messages());
    }

    private static async Task<RoutingDecision> Decide(Action<RoutingPipeline> configure, Action<RoutingHints> hints)
    {
        RoutingPipeline pipeline = Pipeline();
        configure(pipeline);
        return await RouterOf(pipeline.Build()).DecideAsync(Make.Messages(), Make.Hints(hints));
    }
}
