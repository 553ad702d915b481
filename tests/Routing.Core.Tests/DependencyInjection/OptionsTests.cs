using System.Collections.Frozen;
using LlmRouting.Classifiers;
using LlmRouting.Core.Tests.Support;
using LlmRouting.DependencyInjection;
using LlmRouting.Execution;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.TextAnalysis;
using Microsoft.Extensions.Configuration;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Shows that each setting reaches the part that it is about.</summary>
public sealed class OptionsTests
{
    [Test]
    public void Model_IsReadWithEveryFact()
    {
        using TestHost host = new(Settings.Valid(
            ("Models:full:Provider", "lab"),
            ("Models:full:ModelId", "vendor/full:8b"),
            ("Models:full:Tier", "balanced"),
            ("Models:full:Quality", "0.65"),
            ("Models:full:QualityByCategory:code", "0.8"),
            ("Models:full:InputUsdPerMillionTokens", "0.10"),
            ("Models:full:OutputUsdPerMillionTokens", "0.40"),
            ("Models:full:CachedInputUsdPerMillionTokens", "0.05"),
            ("Models:full:ContextTokens", "128000"),
            ("Models:full:MaxOutputTokens", "4096"),
            ("Models:full:Capabilities", "Tools, JsonSchema"),
            ("Models:full:SupportsStreaming", "false"),
            ("Models:full:TypicalLatency", "00:00:01.5"),
            ("Models:full:Tags:0", "eu"),
            ("Models:full:Family", "vendor-family"),
            ("Models:full:Version", "2026-01"),
            ("Models:full:DeprecatedOn", "2090-01-01T00:00:00Z"),
            ("Models:full:RetiresOn", "2091-01-01T00:00:00Z"),
            ("Models:full:ReplacedBy", "large")));

        RoutableModel model = host.Model("full");
        ModelProfile profile = model.Profile;

        Assert.That(model.Endpoints.Single().ModelId, Is.EqualTo("vendor/full:8b"));
        Assert.That((profile.Id, profile.Tier, profile.Quality, profile.QualityFor("CODE")), Is.EqualTo(("full", "balanced", 0.65, 0.8)));
        Assert.That(
            (profile.InputUsdPerMillionTokens, profile.OutputUsdPerMillionTokens, profile.CachedInputUsdPerMillionTokens),
            Is.EqualTo(((decimal?)0.10m, (decimal?)0.40m, (decimal?)0.05m)));
        Assert.That((profile.ContextTokens, profile.MaxOutputTokens), Is.EqualTo(((int?)128000, (int?)4096)));
        Assert.That(profile.Capabilities, Is.EqualTo(ModelCapabilities.Tools | ModelCapabilities.JsonSchema));
        Assert.That(profile.SupportsStreaming, Is.False);
        Assert.That(profile.TypicalLatency, Is.EqualTo(TimeSpan.FromSeconds(1.5)));
        Assert.That(profile.Tags, Is.EquivalentTo(["eu"]));
        Assert.That((profile.Family, profile.Version, profile.ReplacedBy), Is.EqualTo(("vendor-family", "2026-01", "large")));
        Assert.That((profile.DeprecatedOn?.Year, profile.RetiresOn?.Year), Is.EqualTo(((int?)2090, (int?)2091)));
    }

    [Test]
    public void Endpoints_AreTriedInTheOrderOfTheirNames_AndFallBackToTheModelsId()
    {
        using TestHost host = new(Settings.Valid(
            ("Models:open:ModelId", "llama-70b"),
            ("Models:open:Endpoints:2-local:Provider", "lab"),
            ("Models:open:Endpoints:1-cloud:Provider", "lab"),
            ("Models:open:Endpoints:1-cloud:ModelId", "llama-70b-turbo")));

        Assert.That(
            host.Model("open").Endpoints.Select(static endpoint => (endpoint.Name, endpoint.ModelId)),
            Is.EqualTo(new[] { ("1-cloud", "llama-70b-turbo"), ("2-local", "llama-70b") }));
    }

    [Test]
    public void EndpointLoad_IsRead_AndAReloadChangesItWithoutANewClient_S28()
    {
        (string Key, string? Value)[] settings =
        [
            ("Models:open:Endpoints:a:Provider", "lab"),
            ("Models:open:Endpoints:a:Weight", "2.5"),
            ("Models:open:Endpoints:a:Region", "eu"),
            ("Models:open:Endpoints:a:MaxInFlight", "8"),
            ("Models:open:Endpoints:a:RequestsPerMinute", "60"),
            ("Models:open:Endpoints:a:TokensPerMinute", "90000"),
        ];
        using TestHost host = new(Settings.Valid(settings));
        ModelEndpoint endpoint = host.Model("open").Endpoints.Single();

        EndpointLoadSettings load = endpoint.Load;
        host.Reload(Settings.Valid([.. settings, ("Models:open:Endpoints:a:Weight", "0")]));

        Assert.That(load, Is.EqualTo(new EndpointLoadSettings { Weight = 2.5, Region = "eu", MaxInFlight = 8, RequestsPerMinute = 60, TokensPerMinute = 90000 }));
        Assert.That(host.Model("open").Endpoints.Single(), Is.SameAs(endpoint));
        Assert.That(endpoint.Load, Is.EqualTo(load with { Weight = 0 }));
    }

    [Test]
    public void ExecutionSections_AreRead()
    {
        using TestHost host = new(Settings.Valid(
            ("Execution:Health:ConsecutiveFailures", "7"),
            ("Execution:Health:WhenAllOpen", "FailFast"),
            ("Execution:Tiers:Fast:FirstTokenTimeout", "00:00:02"),
            ("Execution:MaxRetries", "1"),
            ("Execution:EndpointOrder", "InOrder"),
            ("Execution:Region", "eu"),
            ("Execution:StreamTimeout", "00:05:00"),
            ("Policies:desk:MaxRetries", "2")));

        ExecutionSettings execution = host.Router.Plan.Execution;

        Assert.That(execution.Health, Is.EqualTo(new HealthSettings { ConsecutiveFailures = 7, WhenAllOpen = AllOpenPolicy.FailFast }));
        Assert.That(execution.LimitsFor("fast").FirstToken, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(execution.LimitsFor("frontier").FirstToken, Is.EqualTo(TimeSpan.FromSeconds(20)));
        Assert.That(
            (execution.MaxRetries, execution.EndpointOrder, execution.Region, execution.StreamTimeout),
            Is.EqualTo((1, EndpointOrder.InOrder, "eu", (TimeSpan?)TimeSpan.FromMinutes(5))));
        Assert.That(host.Router.Plan.Policies["desk"].MaxRetries, Is.EqualTo(2));
    }

    [Test]
    public void Provider_IsHandedOverWithKeyHeadersAndProperties()
    {
        using TestHost host = new(Settings.Valid(
            ("Providers:lab:Endpoint", "https://host.example/v1"),
            ("Providers:lab:Headers:X-Team", "blue"),
            ("Providers:lab:Properties:Region", "eu")));

        ModelEndpointSettings? settings = host.Model("small").Endpoints[0].Settings;

        Assert.That(settings, Is.Not.Null);
        Assert.That((settings!.Provider, settings.Kind, settings.ModelId, settings.ApiKey), Is.EqualTo(("lab", "fake", "small", "sk-very-secret")));
        Assert.That(settings.Endpoint, Is.EqualTo(new Uri("https://host.example/v1")));
        Assert.That(settings.Properties, Is.EquivalentTo(new Dictionary<string, string> { ["Region"] = "eu", ["Header:X-Team"] = "blue" }));
    }

    [Test]
    public void Execution_IsReadWithEverySetting()
    {
        using TestHost host = new(Settings.Valid(
            ("Execution:MaxAttempts", "5"),
            ("Execution:TotalTimeout", "00:00:50"),
            ("Execution:AttemptTimeout", "00:00:40"),
            ("Execution:FirstTokenTimeout", "00:00:03"),
            ("Execution:IdleTimeout", "00:00:02"),
            ("Execution:FailoverOnContentFilter", "true"),
            ("Execution:FailoverOnRefusal", "true"),
            ("Execution:OnTruncatedStream", "End")));

        Assert.That(host.Router.Plan.Execution, Is.EqualTo(new ExecutionSettings
        {
            MaxAttempts = 5,
            TotalTimeout = TimeSpan.FromSeconds(50),
            AttemptTimeout = TimeSpan.FromSeconds(40),
            FirstTokenTimeout = TimeSpan.FromSeconds(3),
            IdleTimeout = TimeSpan.FromSeconds(2),
            FailoverOnContentFilter = true,
            FailoverOnRefusal = true,
            OnTruncatedStream = TruncationPolicy.End,
        }));
    }

    [Test]
    public void Defaults_OfTheOptionsAndOfTheSettings_AreTheSame()
    {
        Assert.That(new ExecutionOptions().ToSettings(), Is.EqualTo(new ExecutionSettings()));
        Assert.That(new CostLatencyOptions().ToSettings(), Is.EqualTo(new CostLatencySettings()));
        Assert.That(new LlmRoutingOptions().MinConfidence, Is.EqualTo(new RoutingPipeline().MinConfidence));
        Assert.That(new LlmRoutingOptions().StrategyTimeout, Is.EqualTo(new RoutingPipeline().StrategyTimeout));
        Assert.That(new RuleOptions().Confidence, Is.EqualTo(new RoutingRule().Confidence));
        Assert.That(new ModelOptions().Quality, Is.EqualTo(new ModelProfile { Id = "x" }.Quality));
    }

    [Test]
    public void CostLatency_IsReadWithEveryWeight()
    {
        CostLatencyOptions options = new()
        {
            InteractiveCostWeight = 1, InteractiveLatencyWeight = 2, BackgroundCostWeight = 3, BackgroundLatencyWeight = 4,
        };

        Assert.That(options.ToSettings(), Is.EqualTo(new CostLatencySettings
        {
            InteractiveCostWeight = 1, InteractiveLatencyWeight = 2, BackgroundCostWeight = 3, BackgroundLatencyWeight = 4,
        }));
    }

    [Test]
    public void S1_Tiers_AreReadInTheOrderOfTheirThresholds()
    {
        using TestHost host = new(Settings.Valid(
            ("Tiers:frontier", "1"), ("Tiers:fast", "0.2"), ("Tiers:middle", "0.6"), ("MinConfidence", "0.55"), ("StrategyTimeout", "00:00:09")));

        RoutingPlan plan = host.Router.Plan;

        Assert.That(plan.Tiers.Tiers, Is.EqualTo(new Tier[] { new("fast", 0.2), new("middle", 0.6), new("frontier", 1) }));
        Assert.That((plan.MinConfidence, plan.StrategyTimeout), Is.EqualTo((0.55, TimeSpan.FromSeconds(9))));
    }

    [Test]
    public void S10_Policies_AreReadWithEveryFloor()
    {
        using TestHost host = new(Settings.Valid(
            ("Policies:bot:MinQuality", "0.6"),
            ("Policies:bot:MinTier", "fast"),
            ("Policies:bot:MaxLatency", "00:00:02"),
            ("Policies:bot:MaxCostUsd", "0.01"),
            ("Policies:bot:RequiredTags:0", "eu")));

        RoutingPolicy policy = host.Router.Plan.Policies["BOT"];

        Assert.That((policy.Id, policy.MinQuality, policy.MinTier), Is.EqualTo(("bot", (double?)0.6, "fast")));
        Assert.That((policy.MaxLatency, policy.MaxCostUsd), Is.EqualTo(((TimeSpan?)TimeSpan.FromSeconds(2), (decimal?)0.01m)));
        Assert.That(policy.RequiredTags, Is.EquivalentTo(["eu"]));
    }

    [TestCase("UserTier", "premium", "premium", null)]
    [TestCase("Policy", "bot", null, "bot")]
    public async Task S4_Rules_AreReadFromTheDecisionTable(string condition, string value, string? userTier, string? policy)
    {
        using TestHost host = new(Settings.Valid(
            ("Policies:bot:MinQuality", "0"), ("Rules:0:Name", "vip"), ($"Rules:0:When:{condition}", value), ("Rules:0:Prefer", "large")));

        RoutingDecision hinted = await host.Router.DecideAsync(Make.Messages(), Make.Hints(hints =>
        {
            hints.UserTier = userTier;
            hints.Policy = policy;
        }));

        Assert.That((hinted.ModelId, hinted.DecidedBy, hinted.Confidence, hinted.Reason), Is.EqualTo(("large", "rules", 0.95, "vip")));
        Assert.That((await host.DecideAsync()).DecidedBy, Is.Not.EqualTo("rules"));
    }

    [Test]
    public void S4_RuleCondition_IsReadWithEveryField()
    {
        LlmRoutingOptions options = new();
        Settings.Valid(
            ("Rules:0:Prefer", "large"),
            ("Rules:0:When:Keywords:0", "contract"),
            ("Rules:0:When:Regex", "a+"),
            ("Rules:0:When:RegexTimeout", "00:00:01"),
            ("Rules:0:When:Metadata:team", "blue"),
            ("Rules:0:When:UserTier", "premium"),
            ("Rules:0:When:Policy", "bot"),
            ("Rules:0:When:Priority", "Background"),
            ("Rules:0:When:MinInputTokens", "1"),
            ("Rules:0:When:MaxInputTokens", "2"),
            ("Rules:0:When:MinTurns", "3"),
            ("Rules:0:When:HasCode", "true"),
            ("Rules:0:When:HasImages", "false"),
            ("Rules:0:When:HasTools", "true"),
            ("Rules:0:When:Format", "JsonSchema"),
            ("Rules:0:When:Script", "Greek"),
            ("Rules:0:When:Category", "code"),
            ("Rules:0:When:Label", "hard"),
            ("Rules:0:When:MinComplexity", "0.2"),
            ("Rules:0:When:MaxComplexity", "0.8")).ToSection().Bind(options);
        List<string> errors = [];

        RuleReader reader = new("LlmRouting", TierLadder.Default, FrozenSet.Create("large"), [], errors);
        RuleCondition when = reader.Read(options.Rules).Single().When;

        Assert.That(errors, Is.Empty);
        Assert.That(when.Keywords, Is.EqualTo(["contract"]));
        Assert.That((when.Regex?.ToString(), when.Regex?.MatchTimeout), Is.EqualTo(("a+", (TimeSpan?)TimeSpan.FromSeconds(1))));
        Assert.That(when.Metadata, Is.EqualTo([KeyValuePair.Create("team", "blue")]));
        Assert.That((when.UserTier, when.Policy, when.Priority), Is.EqualTo(("premium", "bot", (RequestPriority?)RequestPriority.Background)));
        Assert.That((when.MinInputTokens, when.MaxInputTokens, when.MinTurns), Is.EqualTo(((int?)1, (int?)2, (int?)3)));
        Assert.That((when.HasCode, when.HasImages, when.HasTools), Is.EqualTo(((bool?)true, (bool?)false, (bool?)true)));
        Assert.That((when.Format, when.Script), Is.EqualTo(((RequestedFormat?)RequestedFormat.JsonSchema, (TextScript?)TextScript.Greek)));
        Assert.That((when.Category, when.Label), Is.EqualTo(("code", "hard")));
        Assert.That((when.MinComplexity, when.MaxComplexity), Is.EqualTo(((double?)0.2, (double?)0.8)));
    }

    [Test]
    public void Parts_ThatComeByDefault_AreTheDocumentedOnes()
    {
        using TestHost host = new();

        Assert.That(
            host.Router.Plan.Strategies.Select(static strategy => strategy.Name),
            Is.EqualTo(["affinity", "rules", "tiers", "cost-latency"]));
        Assert.That(
            host.Router.Plan.Constraints.Select(static constraint => constraint.Name),
            Is.EqualTo(["capability", "context-window", "policy", "cost", "hosted-content", "latency"]));
        Assert.That(host.Router.Plan.Classifier, Is.InstanceOf<ClassifierChain>());
        Assert.That(host.Registry, Is.SameAs(host.Router.Registry).And.InstanceOf<ModelRegistry>());
    }
}
