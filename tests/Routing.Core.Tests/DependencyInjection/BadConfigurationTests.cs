using LlmRouting.Core.Tests.Support;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Shows that whatever is wrong with the configuration is said clearly: where, what, and what to do.</summary>
public sealed class BadConfigurationTests
{
    private static readonly object[] Mistakes =
    [
        // Names that must be registered.
        Mistake("Strategies:0", "magic", "LlmRouting:Strategies:0 is 'magic', which is no registered strategy; registered: affinity, cost-latency, rules, tiers."),
        Mistake("Classifiers:0", "oracle", "LlmRouting:Classifiers:0 is 'oracle', which is no registered classifier; registered: heuristic."),

        // Ranges.
        Mistake("MinConfidence", "1.5", "LlmRouting:MinConfidence is 1.5; it must be between 0 and 1."),
        Mistake("MinConfidence", "NaN", "LlmRouting:MinConfidence is NaN; it must be between 0 and 1."),
        Mistake("StrategyTimeout", "00:00:00", "LlmRouting:StrategyTimeout is 00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("StrategyTimeout", "50.00:00:00", "LlmRouting:StrategyTimeout is 50.00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("Models:small:Quality", "7", "LlmRouting:Models:small:Quality is 7; it must be between 0 and 1."),
        Mistake("Models:small:Quality", "-0.1", "LlmRouting:Models:small:Quality is -0.1; it must be between 0 and 1."),
        Mistake("Models:small:QualityByCategory:code", "2", "LlmRouting:Models:small:QualityByCategory:code is 2; it must be between 0 and 1."),
        Mistake("Models:small:InputUsdPerMillionTokens", "-1", "LlmRouting:Models:small:InputUsdPerMillionTokens is -1; a price must be 0 (free) or more, or left out when it is unknown."),
        Mistake("Models:small:InputUsdPerMillionTokens", "1e15", "LlmRouting:Models:small:InputUsdPerMillionTokens is 1000000000000000; a price must be at most 1000000000 USD."),
        Mistake("Models:small:OutputUsdPerMillionTokens", "-0.5", "LlmRouting:Models:small:OutputUsdPerMillionTokens is -0.5; a price must be 0 (free) or more, or left out when it is unknown."),
        Mistake("Models:small:CachedInputUsdPerMillionTokens", "-2", "LlmRouting:Models:small:CachedInputUsdPerMillionTokens is -2; a price must be 0 (free) or more, or left out when it is unknown."),
        Mistake("Models:small:CacheWriteUsdPerMillionTokens", "-2", "LlmRouting:Models:small:CacheWriteUsdPerMillionTokens is -2; a price must be 0 (free) or more, or left out when it is unknown."),
        Mistake("Models:small:UsdPerRequest", "-0.1", "LlmRouting:Models:small:UsdPerRequest is -0.1; a price must be 0 (free) or more, or left out when it is unknown."),
        Mistake("Models:small:BatchFactor", "1.5", "LlmRouting:Models:small:BatchFactor is 1.5; it must be between 0 and 1, or left out when it is unknown."),
        Mistake("Models:small:PriceTiers:0:InputUsdPerMillionTokens", "1", "LlmRouting:Models:small:PriceTiers (0):AboveInputTokens must be at least 1: below it the model's own prices hold."),
        Mistake("Models:small:PriceTiers:0:AboveInputTokens", "1", "Models:small:PriceTiers:0:InputUsdPerMillionToken", "1", "LlmRouting:Models:small:PriceTiers:0:InputUsdPerMillionToken is not a setting; did you mean 'InputUsdPerMillionTokens'?"),
        Mistake("Models:small:ContextTokens", "0", "LlmRouting:Models:small:ContextTokens is 0; it must be at least 1, or left out when it is unknown."),
        Mistake("Models:small:MaxOutputTokens", "-5", "LlmRouting:Models:small:MaxOutputTokens is -5; it must be at least 1, or left out when it is unknown."),
        Mistake("Models:small:TypicalLatency", "-00:00:01", "LlmRouting:Models:small:TypicalLatency is -00:00:01; it must not be negative."),
        Mistake("Budgets:daily:LimitUsd", "-1", "LlmRouting:Budgets:daily:LimitUsd is -1; it must not be negative."),
        Mistake("Budgets:daily:Scope", "model", "LlmRouting:Budgets:daily:LimitUsd is missing; say how many USD may be spent in one window."),
        BudgetMistake("Scope", "team", "LlmRouting:Budgets:daily:Scope is 'team'; it must be everything, model, provider, policy, user, userTier, tenant, conversation, or metadata:key."),
        BudgetMistake("Window", "week", "LlmRouting:Budgets:daily:Window is 'week'; it must be request, hour, day, month, lifetime, conversation, or a length of at least a second such as 7.00:00:00."),
        BudgetMistake("TimeZone", "Mars/Olympus", "LlmRouting:Budgets:daily:TimeZone is 'Mars/Olympus', which this system does not know; use an id such as 'Europe/Berlin'."),
        BudgetMistake("Models:0", "huge", "LlmRouting:Budgets:daily:Models:0 is 'huge', which is no model; models: large, small."),
        BudgetMistake("DowngradeAt", "2", "LlmRouting:Budgets:daily:DowngradeAt is 2; it must be between 0 and 1."),
        BudgetMistake("ReservedOutputTokens", "0", "LlmRouting:Budgets:daily:ReservedOutputTokens is 0; it must be at least 1."),
        Mistake("Execution:MaxAttempts", "0", "LlmRouting:Execution:MaxAttempts is 0; it must be at least 1."),
        Mistake("Execution:Health:FailureRatio", "7", "LlmRouting:Execution:Health:FailureRatio is 7; it must be between 0 and 1."),
        Mistake("Execution:Health:BreakDuration", "-00:00:01", "LlmRouting:Execution:Health:BreakDuration is -00:00:01; it must be zero or longer, and at most a day."),
        Mistake("Execution:Health:FailureRation", "0.1", "LlmRouting:Execution:Health:FailureRation is not a setting; did you mean 'FailureRatio'?"),
        Mistake("Execution:Tiers:quick:IdleTimeout", "00:00:01", "LlmRouting:Execution:Tiers:quick is no tier; tiers: balanced, fast, frontier."),
        Mistake("Execution:Tiers:fast:IdleTimeout", "00:00:00", "LlmRouting:Execution:Tiers:fast:IdleTimeout is 00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("Execution:MaxRetries", "-1", "LlmRouting:Execution:MaxRetries is -1; it must be 0 or more."),
        Mistake("Execution:TotalTimeout", "-00:00:01", "LlmRouting:Execution:TotalTimeout is -00:00:01; it must be longer than zero and at most 49 days."),
        Mistake("Execution:AttemptTimeout", "00:00:00", "LlmRouting:Execution:AttemptTimeout is 00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("Execution:FirstTokenTimeout", "00:00:00", "LlmRouting:Execution:FirstTokenTimeout is 00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("Execution:IdleTimeout", "00:00:00", "LlmRouting:Execution:IdleTimeout is 00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("CostLatency:InteractiveCostWeight", "-1", "LlmRouting:CostLatency:InteractiveCostWeight is -1; a weight must be 0 or more."),
        Mistake("CostLatency:BackgroundLatencyWeight", "NaN", "LlmRouting:CostLatency:BackgroundLatencyWeight is NaN; a weight must be 0 or more."),
        Mistake("Policies:bot:MinQuality", "2", "LlmRouting:Policies:bot:MinQuality is 2; it must be between 0 and 1."),
        Mistake("Policies:bot:MaxLatency", "00:00:00", "LlmRouting:Policies:bot:MaxLatency is 00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("Policies:bot:MaxCostUsd", "-1", "LlmRouting:Policies:bot:MaxCostUsd is -1; it must not be negative."),

        // References.
        Mistake("DefaultModel", "huge", "LlmRouting:DefaultModel is 'huge', which is no model; models: large, small."),
        Mistake("DefaultModel", "small@", "LlmRouting:DefaultModel is 'small@', which is no model; models: large, small."),
        Mistake("Models:small:Tier", "turbo", "LlmRouting:Models:small:Tier is 'turbo', which is no tier; tiers: balanced, fast, frontier."),
        Mistake("Policies:bot:MinTier", "turbo", "LlmRouting:Policies:bot:MinTier is 'turbo', which is no tier; tiers: balanced, fast, frontier."),
        Mistake("Models:small:Provider", "nobody", "LlmRouting:Models:small:Provider is 'nobody', which is not configured; providers: lab. Add it under LlmRouting:Providers."),
        Mistake("Models:small:ReplacedBy", "ghost", "LlmRouting:Models:small:ReplacedBy leads to the replacement 'ghost', which is not registered; registered: large, small."),
        Mistake("Providers:lab:Endpoint", "not an address", "LlmRouting:Providers:lab:Endpoint is 'not an address'; it must be an absolute address such as https://host/v1."),

        // A model and who serves it.
        Mistake("Models:small:Provider", null, "LlmRouting:Models:small:Provider is missing; name a provider, list Endpoints, or add the model's client in code."),
        Mistake("Models:small:Endpoints:a:Provider", "lab", "LlmRouting:Models:small has both Provider and Endpoints; keep one of the two."),
        Mistake("Models:sm@ll:Provider", "lab", "LlmRouting:Models:sm@ll has an unusable id; an id is not empty and has neither ':' nor '@'. Put the provider's own name into ModelId."),
        Mistake("Models:small:DeprecatedOn", "2026-06-01T00:00:00Z", "Models:small:RetiresOn", "2026-01-01T00:00:00Z", "LlmRouting:Models:small:DeprecatedOn lies after RetiresOn; a model is deprecated first."),
        Mistake("Models:small:ReplacedBy", "small", "LlmRouting:Models:small:ReplacedBy leads in a circle: small -> small."),

        // Tiers.
        Mistake("Tiers:low", "0.5", "Tiers:high", "0.5", "LlmRouting:Tiers: Tiers 'high' and 'low' end at the same complexity."),
        Mistake("Tiers:fast", "0.8", "Tiers:frontier", "0.4", "LlmRouting:Tiers:fast is 0.8 and frontier is 0.4; 'fast' must end below 'frontier'."),
        Mistake("Execution:Hold:MaxUpdates", "0", "LlmRouting:Execution:Hold:MaxUpdates is 0; it must be at least 1."),
        Mistake("Execution:Hold:MaxTime", "00:00:00", "LlmRouting:Execution:Hold:MaxTime is 00:00:00; it must be longer than zero and at most 49 days."),
        Mistake("Tiers:low", "1.5", "LlmRouting:Tiers: Tier 'low' ends at complexity 1.5; it must be between 0 and 1."),

        // Rules.
        Mistake("Rules:0:Prefer", "ghost", "LlmRouting:Rules:0:Prefer is 'ghost', which is no model; models: large, small."),
        Mistake("Rules:0:PreferTier", "turbo", "LlmRouting:Rules:0:PreferTier is 'turbo', which is no tier; tiers: fast, balanced, frontier."),
        Mistake("Rules:0:Name", "neither", "LlmRouting:Rules:0 must have exactly one of Prefer and PreferTier."),
        Mistake("Rules:0:Prefer", "small", "Rules:0:PreferTier", "fast", "LlmRouting:Rules:0 must have exactly one of Prefer and PreferTier."),
        Mistake("Rules:0:Prefer", "small", "Rules:0:Confidence", "1.2", "LlmRouting:Rules:0:Confidence is 1.2; it must be between 0 and 1."),
        Mistake("Rules:0:Prefer", "small", "Rules:0:When:MinComplexity", "-1", "LlmRouting:Rules:0:When:MinComplexity is -1; it must be between 0 and 1."),
        Mistake("Rules:0:Prefer", "small", "Rules:0:When:MaxComplexity", "3", "LlmRouting:Rules:0:When:MaxComplexity is 3; it must be between 0 and 1."),
        Mistake("Rules:0:Prefer", "small", "Rules:0:When:Keywords:0", " ", "LlmRouting:Rules:0:When:Keywords holds an empty word, which every request would contain."),
        Mistake("Rules:0:Prefer", "small", "Rules:0:When:Regex", "(", "LlmRouting:Rules:0:When:Regex is not a valid pattern: Invalid pattern '(' at offset 1. Not enough )'s."),

        // Single values where lists and sections belong, which the binder passes over.
        Mistake("Catalog", "built-in", "LlmRouting:Catalog is a single value; it must be a list or a section."),
        Mistake("Strategies", "rules", "LlmRouting:Strategies is a single value; it must be a list or a section."),
        Mistake("DecisionLog", "logs/decisions.jsonl", "LlmRouting:DecisionLog is a single value; it must be a list or a section."),
        Mistake("Models:small:Tags", "eu", "LlmRouting:Models:small:Tags is a single value; it must be a list or a section."),
        Mistake("Providers:other", "sk-very-secret", "LlmRouting:Providers:other is a single value; it must be a section with settings such as Kind."),
        BudgetMistake("Models", "large", "LlmRouting:Budgets:daily:Models is a single value; it must be a list or a section."),
        Mistake("Execution:Health", "off", "LlmRouting:Execution:Health is a single value; it must be a list or a section."),
        Mistake("Rules:0:Prefer", "small", "Rules:0:When:Keywords", "refund", "LlmRouting:Rules:0:When:Keywords is a single value; it must be a list or a section."),

        // Typos, at every level.
        Mistake("MinConfidense", "0.5", "LlmRouting:MinConfidense is not a setting; did you mean 'MinConfidence'?"),
        Mistake("Providers:lab:ApiKeyy", "sk-very-secret", "LlmRouting:Providers:lab:ApiKeyy is not a setting; did you mean 'ApiKey'?"),
        Mistake("Models:small:Qualiti", "0.5", "LlmRouting:Models:small:Qualiti is not a setting; did you mean 'Quality'?"),
        Mistake("Models:wide:Endpoints:a:Provider", "lab", "Models:wide:Endpoints:a:ModelID2", "x", "LlmRouting:Models:wide:Endpoints:a:ModelID2 is not a setting; did you mean 'ModelId'?"),
        Mistake("Rules:0:Prefer", "small", "Rules:0:Whenn", "x", "LlmRouting:Rules:0:Whenn is not a setting; did you mean 'When'?"),
        Mistake("Rules:0:Prefer", "small", "Rules:0:When:KeyWord:0", "x", "LlmRouting:Rules:0:When:KeyWord is not a setting; did you mean 'Keywords'?"),
        Mistake("Policies:bot:MinQualty", "0.5", "LlmRouting:Policies:bot:MinQualty is not a setting; did you mean 'MinQuality'?"),
        Mistake("Execution:MaxAttempt", "2", "LlmRouting:Execution:MaxAttempt is not a setting; did you mean 'MaxAttempts'?"),
        Mistake("Semantic:Routes:x:Tier", "fast", "LlmRouting:Semantic:Routes is given, but nothing reads it; call .AddSemanticClassifier() and register an embedding generator."),
        Mistake("Semantic:Routs:x:Tier", "fast", "LlmRouting:Semantic:Routs is not a setting; did you mean 'Routes'?"),
        Mistake("Heuristic:Weight:x", "2", "LlmRouting:Heuristic:Weight is not a setting; did you mean 'Weights'?"),
        Mistake("CostLatency:BackgroundCostWeigth", "2", "LlmRouting:CostLatency:BackgroundCostWeigth is not a setting; did you mean 'BackgroundCostWeight'?"),
        Mistake("CostLatency:Zebra", "2", "LlmRouting:CostLatency:Zebra is not a setting; known are InteractiveCostWeight, InteractiveLatencyWeight, BackgroundCostWeight, BackgroundLatencyWeight."),
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void Mistake_IsTheOneErrorAndNamesItsPath((string Key, string? Value)[] changes, string expected)
    {
        using TestHost host = new(Settings.Valid(changes));

        Assert.That(ErrorsOf(host), Is.EqualTo([expected]));
    }

    [Test]
    public void Colon_InAModelsKey_IsFound()
    {
        using TestHost host = new(Settings.Valid(("Models:llama3:8b:Provider", "lab")));

        Assert.That(ErrorsOf(host), Has.Some.StartsWith("LlmRouting:Models:llama3:8b is not a setting; known are Tier, Quality"));
    }

    [Test]
    public void Errors_AreAllNamedAtOnce()
    {
        using TestHost host = new(Settings.Valid(
            ("MinConfidense", "0.5"),
            ("Strategies:0", "magic"),
            ("DefaultModel", "huge"),
            ("Tiers:a", "0.5"),
            ("Tiers:b", "0.5"),
            ("Models:small:Quality", "7"),
            ("Models:small:InputUsdPerMillionTokens", "-1"),
            ("Models:large:Provider", "nobody"),
            ("Execution:MaxAttempts", "0"),
            ("Policies:bot:MinTier", "turbo"),
            ("Rules:0:Prefer", "ghost"),
            ("Rules:0:When:Regex", "(")));

        Assert.That(ErrorsOf(host), Has.Length.EqualTo(11));
    }

    [Test]
    public async Task HostStartUp_AndTheContainer_FailWithTheSameMessages()
    {
        Dictionary<string, string?> settings = Settings.Valid(("Models:small:Quality", "7"), ("DefaultModel", "huge"));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddLlmRouting(builder.Configuration.GetSection(Settings.Section)).AddProvider(new FakeProvider());
        using IHost started = builder.Build();
        using TestHost plain = new(settings);

        OptionsValidationException? failure = await Assert.ThrowsAsync<OptionsValidationException>(() => started.StartAsync());

        Assert.That(failure?.Failures, Is.EqualTo(new[]
        {
            "LlmRouting:Models:small:Quality is 7; it must be between 0 and 1.",
            "LlmRouting:DefaultModel is 'huge', which is no model; models: large, small.",
        }));
        Assert.That(ErrorsOf(plain), Is.EqualTo(failure?.Failures));
    }

    [Test]
    public async Task HostStartUp_SucceedsWithAValidConfiguration()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(Settings.Valid());
        builder.Services.AddLlmRouting(builder.Configuration.GetSection(Settings.Section)).AddProvider(new FakeProvider());
        using IHost host = builder.Build();

        await host.StartAsync();

        ChatResponse response = await host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hello");
        Assert.That(response.GetRoutingOutcome()?.ModelId, Is.AnyOf("small", "large"));
        await host.StopAsync();
    }

    [TestCase("MinConfidence", "rather sure")]
    [TestCase("Models:small:Quality", "good")]
    [TestCase("Models:small:Capabilities", "Tools, Telepathy")]
    [TestCase("Models:small:InputUsdPerMillionTokens", "cheap")]
    [TestCase("Execution:TotalTimeout", "a minute")]
    [TestCase("Execution:OnTruncatedStream", "Shrug")]
    [TestCase("Tiers:fast", "low")]
    public void Value_ThatDoesNotConvert_IsNamedWithItsPath(string key, string value)
    {
        using TestHost host = new(Settings.Valid((key, value)));

        Assert.That(() => host.Chat, Throws.Exception.With.Message.Contains($"LlmRouting:{key}"));
    }

    [Test]
    public void Section_OfAnotherName_IsNamedInMessages()
    {
        IConfigurationSection section = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Ai:Router:MinConfidence", (string?)"3")])
            .Build()
            .GetSection("Ai:Router");
        ServiceCollection services = new();
        services.AddLlmRouting(section);
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(
            () => provider.GetRequiredService<IChatClient>(),
            Throws.TypeOf<OptionsValidationException>()
                .With.Message.Contains("Ai:Router:MinConfidence is 3")
                .And.Message.Contains("Ai:Router:Models is empty"));
    }

    [Test]
    public void Models_ThatAreMissingAltogether_AreAskedFor()
    {
        using TestHost host = new([]);

        Assert.That(ErrorsOf(host), Is.EqualTo(["LlmRouting:Models is empty; configure at least one model, or add one in code."]));
    }

    [Test]
    public void Kind_ThatNobodyServes_HintsAtAddProviders()
    {
        ServiceCollection services = new();
        services.AddLlmRouting(Settings.Valid().ToSection());
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(
            ErrorsOf(provider),
            Is.EqualTo(["LlmRouting:Providers:lab:Kind is 'fake', which no registered provider serves; kinds: none. Did you forget .AddProviders()?"]));
    }

    [Test]
    public void Kind_ThatNobodyServes_ListsTheKindsThatAreServed()
    {
        using TestHost host = new(Settings.Valid(("Providers:lab:Kind", "openay")));

        Assert.That(
            ErrorsOf(host),
            Is.EqualTo(["LlmRouting:Providers:lab:Kind is 'openay', which no registered provider serves; kinds: fake."]));
    }

    [Test]
    public void Kind_IsTheProvidersNameByDefault()
    {
        using TestHost host = new(Settings.Valid(
            ("Providers:lab:Kind", null), ("Providers:FAKE:ApiKey", "x"), ("Models:small:Provider", "FAKE"), ("Models:large:Provider", "FAKE")));

        Assert.That(host.Model("small").Endpoints[0].Settings?.Kind, Is.EqualTo("fake"));
    }

    [Test]
    public void Key_ThatIsMissing_IsReportedOnceAndWithoutTheParametersName()
    {
        using TestHost host = new(Settings.Valid(("Providers:lab:ApiKey", " ")));
        host.Provider.OnCreate = static settings =>
        {
            if (settings.ApiKey is null)
            {
                throw new ArgumentException("ApiKey is missing; set it here or in LAB_API_KEY.", nameof(settings));
            }
        };

        Assert.That(ErrorsOf(host), Is.EqualTo(["LlmRouting:Providers:lab: ApiKey is missing; set it here or in LAB_API_KEY."]));
    }

    [Test]
    public void Endpoint_WithoutAProvider_ListsTheProviders()
    {
        using TestHost host = new(Settings.Valid(("Models:wide:Endpoints:a:ModelId", "w-1")));

        Assert.That(ErrorsOf(host), Is.EqualTo(["LlmRouting:Models:wide:Endpoints:a:Provider is missing; name a provider: lab."]));
    }

    [Test]
    public void ReplacementCircle_OfSeveralModels_IsSpelledOut()
    {
        using TestHost host = new(Settings.Valid(("Models:small:ReplacedBy", "large"), ("Models:large:ReplacedBy", "small")));

        Assert.That(ErrorsOf(host), Is.EqualTo(new[]
        {
            "LlmRouting:Models:large:ReplacedBy leads in a circle: large -> small -> large.",
            "LlmRouting:Models:small:ReplacedBy leads in a circle: small -> large -> small.",
        }));
    }

    [Test]
    public void Model_WithFactsInCodeAndInConfiguration_IsADuplicate()
    {
        using TestHost host = new(
            Settings.Valid(("Models:small:Provider", null)),
            builder => builder.AddModel(Make.Profile("SMALL"), new FakeChatClient()));

        Assert.That(
            ErrorsOf(host),
            Is.EqualTo(["LlmRouting:Models:small is given twice: here, and with facts of its own in code; ids must be unique (case does not count)."]));
    }

    [Test]
    public void Model_AddedTwiceInCode_IsADuplicate()
    {
        using TestHost host = new(Settings.Valid(), builder => builder
            .AddModel(Make.Profile("extra"), new FakeChatClient())
            .AddModel(Make.Profile("Extra"), new FakeChatClient()));

        Assert.That(ErrorsOf(host), Is.EqualTo(["Model 'Extra' is added twice in code; ids must be unique (case does not count)."]));
    }

    [Test]
    public void Model_WithAProviderAndAClientInCode_KeepsOneOfTheTwo()
    {
        using TestHost host = new(Settings.Valid(), builder => builder.AddModelClient("small", _ => new FakeChatClient()));

        Assert.That(
            ErrorsOf(host),
            Is.EqualTo(["LlmRouting:Models:small names a provider, but code adds a client for this model; keep one of the two."]));
    }

    [Test]
    public void ModelClient_ForAModelThatIsNotConfigured_AsksForItsFacts()
    {
        using TestHost host = new(Settings.Valid(), builder => builder.AddModelClient("extra", _ => new FakeChatClient()));

        Assert.That(
            ErrorsOf(host),
            Is.EqualTo(["LlmRouting:Models:extra is missing: code adds a client for this model, whose facts the configuration must give."]));
    }

    [Test]
    public void Model_AddedInCode_IsCheckedToo()
    {
        using TestHost host = new(Settings.Valid(), builder => builder.AddModel(Make.Profile("extra", tier: "turbo", quality: 7), new FakeChatClient()));

        Assert.That(ErrorsOf(host), Is.EqualTo(new[]
        {
            "Model 'extra':Quality is 7; it must be between 0 and 1.",
            "Model 'extra':Tier is 'turbo', which is no tier; tiers: balanced, fast, frontier.",
        }));
    }

    [Test]
    public void Strategy_ListedTwice_IsAnError()
    {
        using TestHost host = new(Settings.Valid(("Strategies:0", "tiers"), ("Strategies:1", "TIERS")));

        Assert.That(ErrorsOf(host), Is.EqualTo(["LlmRouting:Strategies:1 is 'TIERS', which is listed already."]));
    }

    [Test]
    public void Strategy_WithATakenName_IsAnError()
    {
        using TestHost host = new(
            Settings.Valid(),
            builder => builder.AddStrategy(new DelegateStrategy("Rules", (_, _) => StrategyVerdict.Abstain("no"))));

        Assert.That(
            ErrorsOf(host),
            Is.EqualTo(["The strategy 'rules' is registered twice; names must be unique (case does not count), and built-in ones are taken."]));
    }

    [Test]
    public void Messages_NeverHoldAKey()
    {
        using TestHost host = new(Settings.Valid(("Providers:lab:Kind", "nobody"), ("Providers:lab:ApiKeyy", "sk-very-secret"), ("Models:small:Quality", "7")));

        Assert.That(string.Join("\n", ErrorsOf(host)), Does.Not.Contain("very-secret").And.Contain("ApiKeyy"));
    }

    private static string[] ErrorsOf(TestHost host) => ErrorsOf(host.Services);

    private static string[] ErrorsOf(ServiceProvider services)
    {
        OptionsValidationException? failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IChatClient>());
        return [.. failure?.Failures ?? []];
    }

    private static object[] BudgetMistake(string key, string value, string expected) =>
        [new (string, string?)[] { ("Budgets:daily:LimitUsd", "5"), ($"Budgets:daily:{key}", value) }, expected];

    private static object[] Mistake(string key, string? value, string expected) =>
        [new (string, string?)[] { (key, value) }, expected];

    private static object[] Mistake(string key, string? value, string otherKey, string? otherValue, string expected) =>
        [new (string, string?)[] { (key, value), (otherKey, otherValue) }, expected];
}
