using System.Reflection;
using LlmRouting.Classifiers;
using LlmRouting.Onnx.Classifiers;
using LlmRouting.Onnx.DependencyInjection;
using LlmRouting.Onnx.Tests.Models;
using LlmRouting.Onnx.Tests.Native;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmRouting.Onnx.Tests.DependencyInjection;

public sealed class AddOnnxClassifierTests
{
    private static readonly string[] Levels = ["easy", "medium", "hard"];

    private TemporaryFolder _folder = null!; // set before each test

    [SetUp]
    public void CreateFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Keys_AreTheOptionsProperties()
    {
        IEnumerable<string> own = Properties(typeof(OnnxOptions)).Where(static name => name != nameof(OnnxOptions.Batch));
        IEnumerable<string> batch = Properties(typeof(OnnxBatchOptions)).Select(static name => $"Batch:{name}");

        Assert.That(OnnxOptionsReader.Keys, Is.EquivalentTo(own.Concat(batch)));
    }

    [TestCaseSource(typeof(OnnxOptionsReader), nameof(OnnxOptionsReader.Keys))]
    public void EverySetting_IsOnThePage(string key) =>
        Assert.That(Repository.Read("docs/configuration.md"), Does.Contain($"`{key.Split(':')[^1]}"));

    [Test]
    public async Task Section_IsRead_AndTheClassifierAsked()
    {
        _ = RuntimeNeeded.Load();
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([0f, 9f]), ["A", "B"]);
        using ServiceProvider provider = Build(
            ("Onnx:ModelPath", _folder.Path), ("Onnx:Device", "Cpu"), ("Onnx:Labels:A", "0.1"), ("Onnx:Labels:B", "0.9"),
            ("Onnx:Timeout", "00:01:00"), ("Onnx:Batch:MaxQueue", "7"), ("Onnx:Batch:MaxWait", "00:00:00.0003"));
        OnnxClassifier classifier = await WarmUpAsync(provider);

        IRequestClassifier registered = provider.GetServices<IRequestClassifier>().Single();
        Classification answer = await registered.ClassifyAsync(Request("text"), CancellationToken.None);

        Assert.That(registered.Name, Is.EqualTo("onnx"));
        Assert.That(answer.Complexity, Is.EqualTo(0.9).Within(1e-3));
        Assert.That(classifier.Settings.Batch.MaxQueue, Is.EqualTo(7));
        Assert.That(classifier.Settings.Batch.MaxWait, Is.EqualTo(TimeSpan.FromMicroseconds(300)));
    }

    [TestCase("Onnx:ModelPth", "x", "LlmRouting:Onnx:ModelPth is not a setting; did you mean 'ModelPath'?")]
    [TestCase("Onnx:Batch:MaxQueu", "1", "LlmRouting:Onnx:Batch:MaxQueu is not a setting; did you mean 'MaxQueue'?")]
    public void UnknownKey_IsReported(string key, string value, string expected)
    {
        using ServiceProvider provider = Build(("Onnx:ModelPath", _folder.Path), (key, value));

        Assert.That(() => provider.GetRequiredService<IChatClient>(), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(expected));
    }

    [Test]
    public void WrongSettings_AreReportedAllAtOnce()
    {
        using ServiceProvider provider = Build(("Onnx:Temperature", "0"), ("Onnx:DeviceId", "-1"));

        Assert.That(
            () => provider.GetRequiredService<IChatClient>(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Onnx:ModelPath is missing").And.Message.Contains("Onnx:Temperature is 0").And.Message.Contains("Onnx:DeviceId is -1"));
    }

    [Test]
    public async Task ChangedSection_LoadsAnotherModel()
    {
        _ = RuntimeNeeded.Load();
        string second = WriteTwoModels();
        IConfigurationRoot configuration = Configuration(("Onnx:ModelPath", _folder.Path), ("Onnx:Device", "Cpu"));
        using ServiceProvider provider = Build(configuration);
        OnnxClassifier classifier = await WarmUpAsync(provider);

        Change(configuration, "Onnx:ModelPath", second);
        await classifier.ReloadAsync(); // waits for the one that the change began

        Assert.That(classifier.Status.ModelPath, Does.StartWith(second));
    }

    [Test]
    [Description("The device changes at a reload, while requests are under way: none of them fails.")]
    public async Task ChangedDevice_IsANewSession_AndHarmsNoRequest()
    {
        _ = RuntimeNeeded.Load();
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([0f, 0f, 9f]), Levels);
        IConfigurationRoot configuration = Configuration(("Onnx:ModelPath", _folder.Path), ("Onnx:Device", "Cpu"), ("Onnx:Timeout", "00:01:00"));
        using ServiceProvider provider = Build(configuration);
        OnnxClassifier classifier = await WarmUpAsync(provider);
        bool isOver = false;
        Task<int>[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            int others = 0;
            while (!Volatile.Read(ref isOver))
            {
                others += (await classifier.ClassifyAsync(Request("text"), CancellationToken.None)).Label == "hard" ? 0 : 1;
            }

            return others;
        }))];

        foreach (string device in (string[])["DirectMl", "Cpu", "CoreMl", "Cpu", "TensorRt"])
        {
            Change(configuration, "Onnx:Device", device);
            await classifier.ReloadAsync(); // waits for the one that the change began, and loads once more
        }

        Volatile.Write(ref isOver, true);
        Assert.That(await Task.WhenAll(callers), Is.All.Zero);
        Assert.That(classifier.Settings.Session.Device, Is.EqualTo(OnnxDevice.TensorRt));
        Assert.That(classifier.Status.Device == OnnxDevice.TensorRt || classifier.Status.FallbackReason!.StartsWith("TensorRt: ", StringComparison.Ordinal), classifier.Status.FallbackReason);
    }

    [Test]
    public async Task ModelThatIsTakenBackWhileItLoads_DoesNotServe()
    {
        _ = RuntimeNeeded.Load();
        string second = WriteTwoModels();
        IConfigurationRoot configuration = Configuration(("Onnx:ModelPath", _folder.Path), ("Onnx:Device", "Cpu"));
        using ServiceProvider provider = Build(configuration);
        OnnxClassifier classifier = await WarmUpAsync(provider);

        Change(configuration, "Onnx:ModelPath", second);
        Change(configuration, "Onnx:ModelPath", _folder.Path);
        await classifier.ReloadAsync(); // waits for what the changes began

        Assert.That(classifier.Status.ModelPath, Is.EqualTo(Path.Combine(_folder.Path, "model.onnx")));
    }

    [Test]
    [Description("Works with no file: the router that ships, and no ONNX Runtime.")]
    public async Task WithoutAModel_TheRouterThatShipsClassifies([Values] bool streaming)
    {
        ServiceCollection services = new();
        services.AddLlmRouting().AddOnnxClassifier()
            .AddModel(Profile("small", "fast", 1), new FakeChatClient())
            .AddModel(Profile("large", "frontier", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient client = provider.GetRequiredService<IChatClient>();

        RoutingOutcome? outcome = (streaming
            ? await client.GetStreamingResponseAsync("what time does the bank open today").ToChatResponseAsync()
            : await client.GetResponseAsync("what time does the bank open today")).GetRoutingOutcome();

        Assert.That(outcome!.Decision.Ranking[0], Is.EqualTo("small"));
        DecisionStep step = outcome.Decision.Steps.Single(static step => step.Kind == DecisionStepKind.Classified);
        Assert.That((step.Source, step.Target), Is.EqualTo(("onnx", "simple")), "sure enough that nobody else is asked");
    }

    [TestCase("Onnx:Device", "Cuda")]
    [TestCase("Onnx:Labels:hard", "0.9")]
    [TestCase("Onnx:Batch:MaxQueue", "3")]
    public void WithoutAModel_ButWithSettingsForOne_ItIsMissed(string key, string value)
    {
        using ServiceProvider provider = Build((key, value));

        Assert.That(
            () => provider.GetRequiredService<IChatClient>(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Onnx:ModelPath is missing"));
    }

    [Test]
    public void WithoutAModel_ThereIsNoStatus_AndTheErrorSaysWhy()
    {
        using ServiceProvider provider = Build();

        Assert.That(
            () => provider.GetRequiredService<OnnxClassifier>(),
            Throws.InvalidOperationException.With.Message.Contains("names no ModelPath"));
    }

    [Test]
    public async Task ModelThatAReloadNames_TakesOverFromTheRouterThatShips_AndGivesWayAgain()
    {
        _ = RuntimeNeeded.Load();
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([0f, 0f, 9f]), Levels);
        IConfigurationRoot configuration = Configuration();
        using ServiceProvider provider = Build(configuration);
        IRequestClassifier classifier = provider.GetServices<IRequestClassifier>().Single();
        Assert.That((await classifier.ClassifyAsync(Request("what time is it"), CancellationToken.None)).Label, Is.EqualTo("simple"));

        configuration["LlmRouting:Onnx:ModelPath"] = _folder.Path;
        configuration["LlmRouting:Onnx:Device"] = "Cpu";
        configuration.Reload();
        await WarmUpAsync(provider);
        Assert.That((classifier as IReportingClassifier)?.Report, Is.EqualTo("on Cpu"));

        configuration["LlmRouting:Onnx:ModelPath"] = "";
        configuration["LlmRouting:Onnx:Device"] = "Auto";
        configuration.Reload();
        Assert.That((await classifier.ClassifyAsync(Request("what time is it"), CancellationToken.None)).Label, Is.EqualTo("simple"));
    }

    [Test]
    public async Task Device_IsInTheRecord()
    {
        _ = RuntimeNeeded.Load();
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([0f, 0f, 9f]), Levels);
        ServiceCollection services = new();
        services.AddLlmRouting().AddOnnxClassifier(options => (options.ModelPath, options.Device, options.Timeout) = (_folder.Path, OnnxDevice.Cpu, TimeSpan.FromMinutes(1)))
            .AddModel(Profile("small", "fast", 1), new FakeChatClient())
            .AddModel(Profile("large", "frontier", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();
        await WarmUpAsync(provider);

        ChatResponse answer = await provider.GetRequiredService<IChatClient>().GetResponseAsync("text");

        DecisionStep step = answer.GetRoutingOutcome()!.Decision.Steps.Single(static step => step.Kind == DecisionStepKind.Classified);
        Assert.That((step.Source, step.Target, step.Reason), Is.EqualTo(("onnx", "hard", "on Cpu")));
    }

    [Test]
    public void AddedTwice_IsOneClassifier()
    {
        ServiceCollection services = new();
        services.AddLlmRouting().AddOnnxClassifier(options => options.ModelPath = _folder.Path).AddOnnxClassifier();
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(provider.GetServices<IRequestClassifier>().Count(), Is.EqualTo(1));
    }

    // The first one is in the folder itself.
    private string WriteTwoModels()
    {
        string second = Path.Combine(_folder.Path, "second");
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([9f, 0f, 0f]), Levels);
        ModelFolder.Write(second, ModelFolder.Constant([0f, 0f, 9f]), Levels);
        return second;
    }

    private static async Task<OnnxClassifier> WarmUpAsync(IServiceProvider provider)
    {
        OnnxClassifier classifier = provider.GetRequiredService<OnnxClassifier>();
        await classifier.WarmUpAsync();
        return classifier;
    }

    private static void Change(IConfigurationRoot configuration, string key, string value)
    {
        configuration[$"LlmRouting:{key}"] = value;
        configuration.Reload();
    }

    private static RoutingRequest Request(string text) => new([new ChatMessage(ChatRole.User, text)]);

    private static ModelProfile Profile(string id, string tier, decimal price) =>
        new() { Id = id, Tier = tier, InputUsdPerMillionTokens = price, OutputUsdPerMillionTokens = price };

    private static IEnumerable<string> Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static property => property.Name);

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(static pair => KeyValuePair.Create($"LlmRouting:{pair.Key}", (string?)pair.Value))).Build();

    private static ServiceProvider Build(params (string Key, string Value)[] settings) => Build(Configuration(settings));

    private static ServiceProvider Build(IConfiguration configuration)
    {
        ServiceCollection services = new();
        services.AddLlmRouting(configuration.GetSection("LlmRouting")).AddOnnxClassifier();
        return services.BuildServiceProvider();
    }
}
