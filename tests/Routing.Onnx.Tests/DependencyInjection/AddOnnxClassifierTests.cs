using System.Reflection;
using LlmRouting.Onnx.Classifiers;
using LlmRouting.Onnx.DependencyInjection;
using LlmRouting.Onnx.Tests.Models;
using LlmRouting.Onnx.Tests.Native;
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
            ("Onnx:Timeout", "00:01:00"), ("Onnx:Batch:MaxQueue", "7"));
        OnnxClassifier classifier = provider.GetRequiredService<OnnxClassifier>();
        await classifier.WarmUpAsync();

        Classification answer = await classifier.ClassifyAsync(new RoutingRequest([new ChatMessage(ChatRole.User, "text")]), CancellationToken.None);

        Assert.That(answer.Complexity, Is.EqualTo(0.9).Within(1e-3));
        Assert.That(classifier.Settings.Batch.MaxQueue, Is.EqualTo(7));
        Assert.That(provider.GetServices<IRequestClassifier>(), Is.EqualTo((IRequestClassifier[])[classifier]));
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
        string second = Path.Combine(_folder.Path, "second");
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([9f, 0f, 0f]), Levels);
        ModelFolder.Write(second, ModelFolder.Constant([0f, 0f, 9f]), Levels);
        IConfigurationRoot configuration = Configuration(("Onnx:ModelPath", _folder.Path), ("Onnx:Device", "Cpu"));
        using ServiceProvider provider = Build(configuration);
        OnnxClassifier classifier = provider.GetRequiredService<OnnxClassifier>();
        await classifier.WarmUpAsync();

        configuration["LlmRouting:Onnx:ModelPath"] = second;
        configuration.Reload();
        await classifier.ReloadAsync(); // waits for the one that the change began

        Assert.That(classifier.Status.ModelPath, Does.StartWith(second));
    }

    [Test]
    public void AddedTwice_IsOneClassifier()
    {
        ServiceCollection services = new();
        services.AddLlmRouting().AddOnnxClassifier(options => options.ModelPath = _folder.Path).AddOnnxClassifier();
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(provider.GetServices<IRequestClassifier>().Count(), Is.EqualTo(1));
    }

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
