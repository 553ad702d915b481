using System.Collections.Frozen;
using System.Text;
using LlmRouting.DependencyInjection;
using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmRouting.Onnx.Tests.DependencyInjection;

public sealed class LlmRoutingLearnedExtensionsTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("llm-routing-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task AddLearnedClassifier_WithoutAFile_TakesTheDefaultModel([Values] bool streaming)
    {
        ServiceCollection services = new();
        services.AddLlmRouting().AddLearnedClassifier()
            .AddModel(Profile("small", "fast", 1), new FakeChatClient())
            .AddModel(Profile("large", "frontier", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient client = provider.GetRequiredService<IChatClient>();

        RoutingOutcome? outcome = (streaming
            ? await client.GetStreamingResponseAsync("what time does the bank open today").ToChatResponseAsync()
            : await client.GetResponseAsync("what time does the bank open today")).GetRoutingOutcome();

        Assert.That(outcome!.Decision.Ranking[0], Is.EqualTo("small"));
        Assert.That(outcome.Decision.Steps.Any(static step => step is { Kind: DecisionStepKind.Classified, Source: "learned" }));
    }

    [Test]
    public async Task AddLearnedRouter_Decides()
    {
        string path = Save(Learnt.With(Learnt.Pair.Value, ("promise", 0.3)));
        ServiceCollection services = new();
        services.AddLlmRouting().AddLearnedRouter(path)
            .AddModel(Profile("weak", "fast", 1), new FakeChatClient())
            .AddModel(Profile("strong", "frontier", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();

        ChatResponse hard = await provider.GetRequiredService<IChatClient>().GetResponseAsync(Learnt.HardText);

        Assert.That(hard.GetRoutingOutcome()!.Decision.DecidedBy, Is.EqualTo("learned"));
        Assert.That(hard.GetRoutingOutcome()!.Decision.Ranking[0], Is.EqualTo("strong"));
        Assert.That(() => provider.GetRequiredService<IStartupValidator>().Validate(), Throws.Nothing);
    }

    [Test]
    public void AddLearnedRouter_StopsAHostWhoseModelsAreNotRegistered()
    {
        string path = Save(Learnt.With(Learnt.Pair.Value, ("promise", 0.3)));
        ServiceCollection services = new();
        services.AddLlmRouting().AddLearnedRouter(path).AddModel(Profile("strong", "frontier", 10), new FakeChatClient());
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(
            () => provider.GetRequiredService<IStartupValidator>().Validate(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("trained for 'weak'").And.Message.Contains("registered: 'strong'"));
    }

    [Test]
    public async Task AddLearnedRouter_ReachesModelsByOtherNames()
    {
        string path = Save(Learnt.Pair.Value);
        ServiceCollection services = new();
        services.AddLlmRouting()
            .AddLearnedRouter(path, new() { Threshold = double.PositiveInfinity, Models = new Dictionary<string, string> { ["weak"] = "small", ["strong"] = "large" }.ToFrozenDictionary() })
            .AddModel(Profile("small", "fast", 1), new FakeChatClient())
            .AddModel(Profile("large", "frontier", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();

        ChatResponse answer = await provider.GetRequiredService<IChatClient>().GetResponseAsync(Learnt.HardText);

        Assert.That(answer.GetRoutingOutcome()!.Decision.Ranking[0], Is.EqualTo("small"));
    }

    [Test]
    public async Task Verbs_TakeTheContainersGenerator_OrTheOneThatIsGiven([Values] bool isGiven)
    {
        using FakeEmbeddings generator = new();
        string path = Save(Learnt.With(Embedded.Pair.Value, ("promise", 0.3)));
        string second = Path.Combine(_folder, "complexity.onnx");
        Embedded.Complexity.Value.Save(second);
        ServiceCollection services = new();
        if (!isGiven)
        {
            services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(generator);
        }

        services.AddLlmRouting()
            .AddLearnedRouter(path, generator: isGiven ? _ => generator : null)
            .AddLearnedClassifier(second, generator: isGiven ? _ => generator : null)
            .AddModel(Profile("weak", "fast", 1), new FakeChatClient())
            .AddModel(Profile("strong", "frontier", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();

        ChatResponse answer = await provider.GetRequiredService<IChatClient>().GetResponseAsync("please tell me about the hard which and how it of now then so that");

        Assert.That(answer.GetRoutingOutcome()!.Decision.DecidedBy, Is.EqualTo("learned"));
        Assert.That(answer.GetRoutingOutcome()!.Decision.Ranking[0], Is.EqualTo("strong"));
        Assert.That(generator.Calls, Is.Positive);
    }

    [Test]
    [Description("R24 a generator that fails costs a request the router's opinion and nothing else")]
    public async Task AddLearnedRouter_WhereTheGeneratorFails_LeavesTheRequestToOthers_AndRecordsWhy()
    {
        using FakeEmbeddings generator = new() { OnCall = static _ => throw new HttpRequestException("secret words") };
        string path = Save(Learnt.With(Embedded.Pair.Value, ("promise", 0.3)));
        ServiceCollection services = new();
        services.AddLlmRouting().AddLearnedRouter(path, generator: _ => generator)
            .AddModel(Profile("weak", "fast", 1), new FakeChatClient())
            .AddModel(Profile("strong", "frontier", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();

        ChatResponse answer = await provider.GetRequiredService<IChatClient>().GetResponseAsync("please tell me about the hard which and how it of now then so that");
        RoutingDecision decision = answer.GetRoutingOutcome()!.Decision;

        Assert.That(decision.DecidedBy, Is.Not.EqualTo("learned"));
        Assert.That(decision.Steps, Has.One.Matches<DecisionStep>(static step => step is { Kind: DecisionStepKind.Abstained, Source: "learned", Reason: "the embedding generator failed" }));
    }

    [Test]
    public void Verbs_StopAHostWithoutTheGeneratorThatTheirRouterNeeds([Values] bool isClassifier)
    {
        string path = Save(isClassifier ? Embedded.Complexity.Value : Learnt.With(Embedded.Pair.Value, ("promise", 0.3)));
        ServiceCollection services = new();
        LlmRoutingBuilder builder = services.AddLlmRouting()
            .AddModel(Profile("weak", "fast", 1), new FakeChatClient())
            .AddModel(Profile("strong", "frontier", 10), new FakeChatClient());
        _ = isClassifier ? builder.AddLearnedClassifier(path) : builder.AddLearnedRouter(path);
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(() => provider.GetRequiredService<IStartupValidator>().Validate(), Throws.ArgumentException.With.Message.Contains("no generator of embeddings"));
    }

    [Test]
    public void Verbs_RefuseAFeatureVersionThatTheyDoNotKnow()
    {
        string path = Save(Learnt.Complexity.Value);
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().IndexOf("feature_version\u0012\u00011"u8);
        Assert.That(at, Is.Positive);
        bytes[at + Encoding.UTF8.GetByteCount("feature_version\u0012\u0001")] = (byte)'9';
        File.WriteAllBytes(path, bytes);
        ServiceCollection services = new();

        Assert.That(() => services.AddLlmRouting().AddLearnedClassifier(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("version 9"));
        Assert.That(() => services.AddLlmRouting().AddLearnedRouter(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("version 9"));
    }

    [Test]
    public void Verbs_RefuseAFileThatIsNotThere() =>
        Assert.That(() => new ServiceCollection().AddLlmRouting().AddLearnedClassifier(Path.Combine(_folder, "none.onnx")), Throws.InstanceOf<IOException>());

    private string Save(TrainedRouter router)
    {
        string path = Path.Combine(_folder, "router.onnx");
        router.Save(path);
        return path;
    }

    private static ModelProfile Profile(string id, string tier, decimal price) =>
        new() { Id = id, Tier = tier, InputUsdPerMillionTokens = price, OutputUsdPerMillionTokens = price };
}
