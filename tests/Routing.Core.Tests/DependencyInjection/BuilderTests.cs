using LlmRouting.Core.Tests.Support;
using LlmRouting.DependencyInjection;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Shows what each verb of the builder adds, and that registering twice does no harm.</summary>
public sealed class BuilderTests
{
    [Test]
    public void AddLlmRouting_RegistersOneRouterBehindTheUnkeyedClient()
    {
        using TestHost host = new();

        Assert.That(host.Services.GetServices<IChatClient>(), Is.EqualTo([host.Chat]));
        Assert.That(host.Chat.GetService<Router>(), Is.SameAs(host.Router));
        Assert.That(host.Chat.GetService<ModelRegistry>(), Is.SameAs(host.Registry));
    }

    [Test]
    public async Task AddLlmRouting_Twice_IsHarmless([Values] bool sameSectionObject)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(Settings.Valid(
                ("Strategies:0", "rules"), ("Strategies:1", "tiers"), ("Models:small:Tags:0", "eu"), ("Rules:0:Prefer", "large")))
            .Build();
        IConfigurationSection first = configuration.GetSection(Settings.Section);
        ServiceCollection services = new();
        services.AddLlmRouting(first).AddProvider(new FakeProvider());
        services.AddLlmRouting(sameSectionObject ? first : configuration.GetSection("llmrouting"));
        services.AddLlmRouting();
        await using ServiceProvider provider = services.BuildServiceProvider();

        RoutingDecision decision = await provider.GetRequiredService<Router>().DecideAsync(Make.Messages());

        Assert.That(provider.GetServices<IChatClient>().Count(), Is.EqualTo(1));
        Assert.That(decision.ToString(), Is.EqualTo("large via rules (0.95: rule 1)"));
        Assert.That(
            provider.GetRequiredService<Router>().Plan.Strategies.Select(static strategy => strategy.Name),
            Is.EqualTo(["affinity", "rules", "tiers"]));
    }

    [Test]
    public void AddLlmRouting_WithTwoConfigurations_ReadsBoth()
    {
        ServiceCollection services = new();
        services.AddLlmRouting(Settings.Valid().ToSection()).AddProvider(new FakeProvider());
        services.AddLlmRouting(new Dictionary<string, string?> { ["LlmRouting:MinConfidence"] = "0.5" }.ToSection());
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(provider.GetRequiredService<Router>().Plan.MinConfidence, Is.EqualTo(0.5));
    }

    [Test]
    public void AddLlmRouting_InCodeAlone_NeedsNoConfiguration()
    {
        ServiceCollection services = new();
        services.AddLlmRouting(options => options.MinConfidence = 0.6).AddModel(Make.Profile("only"), new FakeChatClient());
        using ServiceProvider provider = services.BuildServiceProvider();

        Router router = provider.GetRequiredService<Router>();

        Assert.That(router.Plan.MinConfidence, Is.EqualTo(0.6));
        Assert.That(router.Registry.Current.Find("only"), Is.Not.Null);
    }

    [Test]
    public void NullArguments_AreRefused()
    {
        LlmRoutingBuilder builder = new ServiceCollection().AddLlmRouting();
        ModelProfile profile = Make.Profile("x");

        Assert.That(() => LlmRoutingServiceCollectionExtensions.AddLlmRouting(null!), Throws.ArgumentNullException);
        Assert.That(() => new ServiceCollection().AddLlmRouting((IConfiguration)null!), Throws.ArgumentNullException);
        Assert.That(() => builder.AddModel(null!, new FakeChatClient()), Throws.ArgumentNullException);
        Assert.That(() => builder.AddModel(profile, (IChatClient)null!), Throws.ArgumentNullException);
        Assert.That(() => builder.AddModel(profile, (Func<IServiceProvider, IChatClient>)null!), Throws.ArgumentNullException);
        Assert.That(() => builder.AddModel(profile, (object)null!), Throws.ArgumentNullException);
        Assert.That(() => builder.AddModelClient(" ", _ => new FakeChatClient()), Throws.ArgumentException);
        Assert.That(() => builder.AddStrategy(null!), Throws.ArgumentNullException);
        Assert.That(() => builder.UseTokenCounter(null!), Throws.ArgumentNullException);
    }

    [Test]
    public async Task Model_CanComeAsInstanceFactoryOrServiceKey()
    {
        using TestHost host = new(
            [],
            builder => builder
                .AddModel(Make.Profile("instance"), new FakeChatClient("from an instance"))
                .AddModel(Make.Profile("factory"), services => services.GetRequiredKeyedService<IChatClient>("made"))
                .AddModel(Make.Profile("keyed"), serviceKey: "kept"),
            services => services
                .AddKeyedSingleton<IChatClient>("made", new FakeChatClient("from a factory"))
                .AddKeyedSingleton<IChatClient>("kept", new FakeChatClient("from a key")));

        List<string> answers = [];
        foreach (string model in (string[])["instance", "factory", "keyed"])
        {
            answers.Add((await host.Chat.GetResponseAsync("hello", Make.Hints(hints => hints.Model = model))).Text);
        }

        Assert.That(answers, Is.EqualTo(["from an instance", "from a factory", "from a key"]));
    }

    [Test]
    public async Task ConfiguredModels_TakeTheirClientsAsInstancesFactoriesAndKeys()
    {
        using TestHost host = new(
            [new("LlmRouting:Models:instance:Quality", "0.5"), new("LlmRouting:Models:factory:Quality", "0.6"), new("LlmRouting:Models:keyed:Quality", "0.7")],
            builder => builder
                .AddModelClient("instance", new FakeChatClient("from an instance"))
                .AddModelClient("factory", _ => new FakeChatClient("from a factory"))
                .AddModelClient("keyed", serviceKey: "kept"),
            services => services.AddKeyedSingleton<IChatClient>("kept", new FakeChatClient("from a key")));

        List<string> answers = [];
        foreach (string model in (string[])["instance", "factory", "keyed"])
        {
            answers.Add((await host.Chat.GetResponseAsync("hello", Make.Hints(hints => hints.Model = model))).Text);
        }

        Assert.That(answers, Is.EqualTo(["from an instance", "from a factory", "from a key"]));
    }

    [Test]
    public void Model_WithAStringAsKey_IsNotTakenForAnythingElse()
    {
        using TestHost host = new([], builder => builder.AddModel(Make.Profile("keyed"), "missing"));

        Assert.That(() => host.Chat, Throws.InvalidOperationException.With.Message.Contains("IChatClient"));
    }

    [Test]
    public async Task ModelClient_ServesAModelWhoseFactsAreConfigured()
    {
        using TestHost host = new(
            Settings.Valid(("Models:own:Tier", "fast")),
            builder => builder.AddModelClient("OWN", _ => new FakeChatClient("from code")));

        ChatResponse response = await host.Chat.GetResponseAsync("hello", Make.Hints(hints => hints.Model = "own"));

        Assert.That(response.Text, Is.EqualTo("from code"));
        Assert.That(host.Model("own").Profile.Tier, Is.EqualTo("fast"));
    }

    [Test]
    public void UnkeyedClient_AsACandidate_IsDetected()
    {
        using TestHost host = new([], builder => builder.AddModel(Make.Profile("me"), services => services.GetRequiredService<IChatClient>()));

        Assert.That(
            () => host.Chat,
            Throws.InvalidOperationException.With.Message.EqualTo(
                "A model's client was resolved as the container's unkeyed IChatClient, which is the router itself. "
                + "Register the model's client under a key and add it with .AddModel(profile, serviceKey)."));
    }

    [Test]
    public void ClientFactory_ThatReturnsNull_IsNamed()
    {
        using TestHost host = new([], builder => builder.AddModel(Make.Profile("void"), _ => null!));

        Assert.That(() => host.Chat, Throws.InvalidOperationException.With.Message.StartsWith("The client of model 'void' is null"));
    }

    [Test]
    public void CustomStrategies_ComeAfterAffinityAndBeforeTheBuiltInOnes()
    {
        using TestHost host = new(configure: builder => builder
            .AddStrategy<AlwaysLarge>()
            .AddStrategy<AlwaysLarge>()
            .AddStrategy(new DelegateStrategy("second", (_, _) => StrategyVerdict.Abstain("no"))));

        Assert.That(
            host.Router.Plan.Strategies.Select(static strategy => strategy.Name),
            Is.EqualTo(["affinity", "always-large", "second", "rules", "tiers", "cost-latency"]));
    }

    [Test]
    public async Task CustomStrategy_ThatIsListed_DecidesInItsPlace()
    {
        using TestHost host = new(
            Settings.Valid(("Strategies:0", "tiers"), ("Strategies:1", "ALWAYS-large")),
            builder => builder.AddStrategy<AlwaysLarge>());

        RoutingDecision decision = await host.DecideAsync();

        Assert.That(
            host.Router.Plan.Strategies.Select(static strategy => strategy.Name),
            Is.EqualTo(["affinity", "tiers", "always-large"]));
        Assert.That(decision.Steps.Select(static step => step.Source), Does.Contain("tiers").Or.Contain("always-large"));
        Assert.That(host.Logs.Of(EventIds.StrategyUnused), Is.Empty);
    }

    [Test]
    public void CustomParts_ThatAreNotListed_DrawAWarning()
    {
        using TestHost host = new(
            Settings.Valid(("Strategies:0", "tiers"), ("Classifiers:0", "heuristic")),
            builder => builder.AddStrategy<AlwaysLarge>().AddClassifier(new FakeClassifier(0.5, name: "mine")));

        _ = host.Chat;

        IEnumerable<LogEntry> warnings = host.Logs.Entries.Where(static entry => entry.Id == EventIds.StrategyUnused);
        Assert.That(warnings.Select(static entry => entry.Level), Has.All.EqualTo(LogLevel.Warning));
        Assert.That(warnings.Select(static entry => entry.Message), Is.EquivalentTo(new[]
        {
            "The strategy 'always-large' was added, but the configuration does not list it: it is never asked",
            "The classifier 'mine' was added, but the configuration does not list it: it is never asked",
        }));
    }

    [Test]
    public async Task CustomClassifier_IsAskedBeforeTheHeuristic()
    {
        FakeClassifier classifier = new(0.95, confidence: 1, name: "mine");
        using TestHost host = new(configure: builder => builder.AddClassifier(classifier));

        RoutingDecision decision = await host.DecideAsync();

        Assert.That(decision.ToString(), Is.EqualTo("large via tiers (1.00: complexity up to 1 belongs to frontier)"));
        Assert.That(decision.Steps.Where(static step => step.Kind == DecisionStepKind.Classified).Select(static step => step.Source), Is.EqualTo(["mine"]));
    }

    [Test]
    public async Task Classifiers_AreAskedInTheOrderOfTheConfiguration()
    {
        using TestHost host = new(
            Settings.Valid(("Classifiers:0", "b"), ("Classifiers:1", "a")),
            builder => builder
                .AddClassifier(new FakeClassifier(0.1, confidence: 0.3, name: "a"))
                .AddClassifier(new FakeClassifier(0.9, confidence: 0.2, name: "b")));

        RoutingDecision decision = await host.DecideAsync();

        Assert.That(decision.Steps.Where(static step => step.Kind == DecisionStepKind.Classified).Select(static step => step.Source), Is.EqualTo(["b", "a"]));
    }

    [Test]
    public async Task CustomConstraint_StandsBesideTheBuiltInOnes()
    {
        using TestHost host = new(configure: builder => builder
            .AddConstraint(new FakeConstraint("no-small", static candidate => candidate.Profile.Id == "small" ? "is small" : null))
            .AddConstraint<KeepsAll>());

        RoutingDecision decision = await host.DecideAsync();

        Assert.That(decision.Ranking, Is.EqualTo(["large"]));
        Assert.That(host.Router.Plan.Constraints.Select(static constraint => constraint.Name), Does.Contain("keeps-all").And.Contain("capability"));
    }

    [Test]
    public async Task ValidatorsAndObservers_AreAsked([Values] bool streaming)
    {
        CountingValidator validator = new();
        List<RoutingOutcome> outcomes = [];
        using TestHost host = new(configure: builder => builder.AddValidator(validator).AddObserver(new ListObserver(outcomes)));

        ChatResponse response = streaming
            ? await host.Chat.GetStreamingResponseAsync("hello").ToChatResponseAsync()
            : await host.Chat.GetResponseAsync("hello");

        Assert.That(validator.Calls, Is.EqualTo(1));
        Assert.That(outcomes, Is.EqualTo([response.GetRoutingOutcome()]));
    }

    [Test]
    public async Task FailureClassifier_IsAsked()
    {
        using TestHost host = new(
            [],
            builder => builder
                .AddModel(Make.Profile("broken", quality: 0.9), FakeChatClient.Throwing(static () => new InvalidOperationException("odd")))
                .AddModel(Make.Profile("spare", quality: 0.1), new FakeChatClient("spare"))
                .AddFailureClassifier(new OddFailures()));

        ChatResponse response = await host.Chat.GetResponseAsync("hello", Make.Hints(hints => hints.Model = "broken"));

        Assert.That(response.GetRoutingOutcome()?.Attempts[0].Failure, Is.EqualTo(FailureKind.Overloaded));
    }

    [Test]
    public async Task Clock_ComesFromTheContainer()
    {
        ManualTimeProvider clock = new();
        using TestHost host = new(
            Settings.Valid(("Models:small:RetiresOn", "2026-01-02T00:00:00Z")),
            services: services => services.AddSingleton<TimeProvider>(clock));
        RoutingDecision before = await host.DecideAsync();

        clock.Advance(TimeSpan.FromDays(1));

        Assert.That((before.Ranking.Length, (await host.DecideAsync()).Ranking.Length), Is.EqualTo((2, 1)));
    }

    private sealed class AlwaysLarge : IRoutingStrategy
    {
        public string Name => "always-large";

        public ValueTask<StrategyVerdict> EvaluateAsync(RoutingRequest request, CandidateSet candidates, CancellationToken cancellationToken) =>
            new(StrategyVerdict.Prefer("large", 0.9, "always"));
    }

    private sealed class KeepsAll : IRoutingConstraint
    {
        public string Name => "keeps-all";

        public string? Reject(RoutingRequest request, in Candidate candidate) => null;
    }

    private sealed class CountingValidator : IResponseValidator
    {
        public string Name => "counting";

        public int Calls { get; private set; }

        public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
        {
            Calls++;
            return new(ValidationVerdict.Accept);
        }
    }

    private sealed class ListObserver(List<RoutingOutcome> outcomes) : IRoutingObserver
    {
        public void OnCompleted(RoutingOutcome outcome) => outcomes.Add(outcome);
    }

    private sealed class OddFailures : IFailureClassifier
    {
        public FailureKind? Classify(Exception exception, out TimeSpan? retryAfter)
        {
            retryAfter = null;
            return exception.Message == "odd" ? FailureKind.Overloaded : null;
        }
    }
}
