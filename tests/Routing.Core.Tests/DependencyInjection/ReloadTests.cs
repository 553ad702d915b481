using LlmRouting.Core.Tests.Support;
using LlmRouting.Models;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Shows what a changed configuration does while the router is in use.</summary>
public sealed class ReloadTests
{
    private static readonly (string, string?)[] Bad = [("Models:small:Quality", "7"), ("DefaultModel", "huge")];

    [Test]
    public async Task S28_GoodReload_TakesEffectAtOnce()
    {
        using TestHost host = new(Settings.Valid(("DefaultModel", "small"), ("Strategies:0", "rules")));
        RoutingDecision before = await host.DecideAsync();

        host.Reload(Settings.Valid(("DefaultModel", "newcomer"), ("Strategies:0", "rules"), ("Models:newcomer:Provider", "lab")));

        RoutingDecision after = await host.DecideAsync();
        Assert.That((before.ModelId, after.ModelId), Is.EqualTo(("small", "newcomer")));
        Assert.That(host.Logs.Of(EventIds.ConfigurationApplied), Is.EqualTo(["A changed configuration is in force: 3 models in service"]));
    }

    [Test]
    public async Task S28_BadReload_IsLoggedAndTheLastGoodConfigurationStays()
    {
        using TestHost host = new(Settings.Valid(("DefaultModel", "small"), ("Strategies:0", "rules")));
        _ = host.Chat;

        host.Reload(Settings.Valid(Bad));

        ChatResponse response = await host.Chat.GetResponseAsync("hello");
        LogEntry entry = host.Logs.Entries.Single(static entry => entry.Id == EventIds.ConfigurationRejected);
        Assert.That(response.Text, Is.EqualTo("answer of small"));
        Assert.That(entry.Level, Is.EqualTo(LogLevel.Error));
        Assert.That(entry.Message, Does.Contain("LlmRouting:Models:small:Quality is 7").And.Contain("LlmRouting:DefaultModel is 'huge'"));
    }

    [Test]
    public async Task S28_ValueThatDoesNotConvert_OnReload_LeavesTheLastGoodConfiguration()
    {
        using TestHost host = new();
        _ = host.Chat;

        host.Reload(Settings.Valid(("MinConfidence", "rather sure")));

        Assert.That((await host.DecideAsync()).Ranking, Has.Length.EqualTo(2));
        Assert.That(host.Logs.Of(EventIds.ConfigurationRejected), Has.Exactly(1).Contains("LlmRouting:MinConfidence"));
    }

    [Test]
    public async Task S28_GoodReload_AfterABadOne_TakesEffect()
    {
        using TestHost host = new(Settings.Valid(("DefaultModel", "small"), ("Strategies:0", "rules")));
        _ = host.Chat;
        host.Reload(Settings.Valid(Bad));

        host.Reload(Settings.Valid(("DefaultModel", "large"), ("Strategies:0", "rules")));

        Assert.That((await host.DecideAsync()).ModelId, Is.EqualTo("large"));
    }

    [Test]
    public async Task S28_BadReload_OfARunningHost_ReachesTheLogAndNotWhoeverReloads()
    {
        ReloadableSource source = new(Settings.Valid());
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        ((IConfigurationBuilder)builder.Configuration).Add(source);
        using RecordingLoggerFactory logs = new();
        builder.Services.AddSingleton<ILoggerFactory>(logs);
        builder.Services.AddLlmRouting(builder.Configuration.GetSection(Settings.Section)).AddProvider(new FakeProvider());
        using IHost host = builder.Build();
        await host.StartAsync();
        IChatClient chat = host.Services.GetRequiredService<IChatClient>();

        Assert.That(() => source.Replace(Settings.Valid(Bad)), Throws.Nothing);

        Assert.That(logs.Of(EventIds.ConfigurationRejected).Count(), Is.EqualTo(1));
        Assert.That((await chat.GetResponseAsync("hello")).Text, Does.StartWith("answer of"));
        await host.StopAsync();
    }

    [Test]
    public async Task S28_ModelThatCodeTookOut_ServesAgainAfterAReload()
    {
        using TestHost host = new(Settings.Valid(("DefaultModel", "small"), ("Strategies:0", "rules")));
        ModelRegistry registry = ((RoutingChatClient)host.Chat).Router.Registry;
        registry.Update(registry.Current.All.Where(static model => model.Id != "small"));

        host.Reload(Settings.Valid(("DefaultModel", "small"), ("Strategies:0", "rules"), ("MinConfidence", "0.6")));

        Assert.That((await host.Chat.GetResponseAsync("hello")).Text, Is.EqualTo("answer of small"));
    }

    [Test]
    public async Task S28_EndpointWithUnchangedSettings_KeepsItsClientAndItsLiveState()
    {
        using TestHost host = new(Settings.Valid(("DefaultModel", "small"), ("Strategies:0", "rules")));
        await host.Chat.GetResponseAsync("hello");
        ModelEndpoint before = host.Model("small").Endpoints[0];

        host.Reload(Settings.Valid(("Models:small:Quality", "0.45"), ("Models:large:ModelId", "large-2")));

        ModelEndpoint after = host.Model("small").Endpoints[0];
        Assert.That(after, Is.SameAs(before));
        Assert.That(after.Latency, Is.Not.Null);
        Assert.That(host.Model("small").Profile.Quality, Is.EqualTo(0.45));
    }

    [TestCase("Models:small:ModelId", "small-2")]
    [TestCase("Providers:lab:ApiKey", "sk-rotated")]
    [TestCase("Providers:lab:Endpoint", "https://elsewhere.example/v1")]
    [TestCase("Providers:lab:Headers:X-Team", "blue")]
    [TestCase("Providers:lab:Properties:Region", "eu")]
    public void S28_EndpointWithChangedSettings_GetsANewClientAndDisposesTheOldOne(string key, string value)
    {
        using TestHost host = new();
        FakeChatClient before = (FakeChatClient)host.Model("small").Endpoints[0].Client;

        host.Reload(Settings.Valid((key, value)));

        FakeChatClient after = (FakeChatClient)host.Model("small").Endpoints[0].Client;
        Assert.That(after, Is.Not.SameAs(before));
        Assert.That((before.Disposals, after.Disposals), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task S28_RemovedEndpoint_FinishesItsCallAndIsDisposedThen([Values] bool streaming)
    {
        using TestHost host = new(Settings.Valid(("DefaultModel", "small"), ("Strategies:0", "rules")));
        FakeChatClient client = (FakeChatClient)host.Model("small").Endpoints[0].Client;
        TaskCompletionSource<ChatResponse> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.OnResponse = (_, _, _) =>
        {
            called.SetResult();
            return answer.Task;
        };
        Task<ChatResponse> pending = streaming
            ? host.Chat.GetStreamingResponseAsync("hello").ToChatResponseAsync()
            : host.Chat.GetResponseAsync("hello");
        await called.Task;

        host.Reload(Settings.Valid(("Models:small:Provider", null), ("Models:small:Tier", null), ("Models:small:Quality", null)));
        int disposalsInFlight = client.Disposals;
        answer.SetResult(FakeChatClient.Answer("late but whole"));
        ChatResponse response = await pending;

        Assert.That(disposalsInFlight, Is.Zero);
        Assert.That(response.Text, Is.EqualTo("late but whole"));
        Assert.That(client.Disposals, Is.EqualTo(1));
        Assert.That(host.Registry.Current.Models.Select(static model => model.Id), Is.EqualTo(["large"]));
    }

    [Test]
    public async Task S28_RequestThatIsBeingDecided_KeepsTheModelsThatItStartedWith()
    {
        TaskCompletionSource<StrategyVerdict> verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using TestHost host = new(configure: builder => builder.AddStrategy(
            new DelegateStrategy("slow", (_, _, _) => new ValueTask<StrategyVerdict>(verdict.Task))));
        Task<RoutingDecision> pending = host.DecideAsync();

        host.Reload(Settings.Valid(("Models:small:Provider", null), ("Models:small:Tier", null), ("Models:small:Quality", null)));
        verdict.SetResult(StrategyVerdict.Prefer("small", 1, "asked before the reload"));

        Assert.That((await pending).ModelId, Is.EqualTo("small"));
    }

    [Test]
    public void CodeSuppliedClient_IsNeverDisposed_NorMadeTwice()
    {
        FakeChatClient own = new();
        int made = 0;
        TestHost host = new(
            Settings.Valid(("Models:extra:Tier", "fast")),
            builder => builder
                .AddModel(Make.Profile("coded"), own)
                .AddModelClient("extra", _ =>
                {
                    made++;
                    return own;
                }));
        ModelEndpoint before = host.Model("extra").Endpoints[0];

        host.Reload(Settings.Valid(("Models:extra:Tier", "frontier")));
        ModelEndpoint after = host.Model("extra").Endpoints[0];
        host.Dispose();

        Assert.That(after, Is.SameAs(before));
        Assert.That((made, own.Disposals), Is.EqualTo((1, 0)));
    }

    [Test]
    public void DisposedContainer_DisposesTheClientsThatTheRouterMade([Values] bool resolveTheClient)
    {
        TestHost host = new();
        _ = resolveTheClient ? (object)host.Chat : host.Router;

        host.Dispose();

        Assert.That(host.Provider.Created, Is.Not.Empty);
        Assert.That(host.Provider.Alive, Is.Empty);
    }

    [Test]
    public void ProbesOfValidation_AreDisposedAtOnce()
    {
        using TestHost host = new();

        _ = host.Chat;

        Assert.That(host.Provider.Alive.Count(), Is.EqualTo(2));
    }

    [Test]
    public void RejectedReload_LeavesNoClientBehind()
    {
        using TestHost host = new();
        _ = host.Chat;

        host.Reload(Settings.Valid([.. Bad, ("Models:extra:Provider", "lab")]));

        Assert.That(host.Provider.Alive.Count(), Is.EqualTo(2));
    }

    [Test]
    public void Logs_NeverHoldAKey()
    {
        using TestHost host = new();
        _ = host.Chat;

        host.Reload(Settings.Valid([.. Bad, ("Providers:lab:ApiKeyy", "sk-very-secret-too"), ("Providers:lab:Endpoint", "nowhere")]));
        host.Reload(Settings.Valid(("Providers:lab:ApiKey", "sk-very-secret-three")));

        Assert.That(host.Logs.Entries, Has.Count.GreaterThanOrEqualTo(2));
        Assert.That(host.Logs.Entries.Select(static entry => entry.Message), Has.None.Contains("very-secret"));
    }

    [Test]
    public void Settings_InText_NeverHoldAKey()
    {
        using TestHost host = new(Settings.Valid(
            ("Providers:lab:Endpoint", "https://user:very-secret@host.example/v1?key=very-secret"),
            ("Providers:lab:Headers:Authorization", "Bearer very-secret")));

        ModelEndpoint endpoint = host.Model("small").Endpoints[0];

        Assert.That($"{endpoint} {endpoint.Settings} {host.Model("small")}", Does.Contain("small at lab (fake, host.example)").And.Not.Contain("secret"));
    }
}
