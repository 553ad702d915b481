using LlmRouting.Classifiers;
using LlmRouting.Onnx.Embeddings;
using LlmRouting.Onnx.Tests.Models;
using LlmRouting.Onnx.Tests.Native;
using LlmRouting.Onnx.Tokenization;
using Microsoft.Extensions.AI;

namespace LlmRouting.Onnx.Tests.Embeddings;

public sealed class OnnxEmbeddingGeneratorTests
{
    private static readonly string[] Texts = ["a model", "", "what is the capital of Greece and where does the request go", "Αθήνα"];

    private TemporaryFolder _folder = null!; // set before each test
    private RandomBert _model = null!;

    [SetUp]
    public void CreateModel()
    {
        _ = RuntimeNeeded.Load();
        _folder = new();
        _model = ModelFolder.Bert();
        ModelFolder.Write(_folder.Path, BertGraph.Write(_model, embeds: true), ["unused"], positions: _model.Positions);
    }

    [TearDown]
    public void DeleteFolder() => _folder?.Dispose();

    [Test]
    public async Task Generate_PoolsAsTheReferenceDoes([Values] OnnxPooling pooling, [Values] bool normalizes, [Values(1, 3)] int maxBatch)
    {
        using OnnxEmbeddingGenerator generator = Load(new() { ModelPath = _folder.Path, Pooling = pooling, Normalizes = normalizes, MaxBatch = maxBatch });
        TokenEncoder encoder = new(HuggingFaceTokenizer.Load(_folder.Path));

        GeneratedEmbeddings<Embedding<float>> made = await generator.GenerateAsync(Texts);

        Assert.That(made, Has.Count.EqualTo(Texts.Length));
        for (int i = 0; i < Texts.Length; i++)
        {
            using EncodedText row = encoder.Encode(Texts[i]);
            double[][] hidden = BertReference.Hidden(_model, row.Ids);
            double[] expected = pooling == OnnxPooling.FirstToken ? hidden[0] : [.. Enumerable.Range(0, _model.Hidden).Select(j => hidden.Average(token => token[j]))];
            double norm = normalizes ? Math.Sqrt(expected.Sum(static value => value * value)) : 1;
            Assert.That(made[i].Vector.ToArray(), Is.EqualTo(expected.Select(value => value / norm)).Within(1e-4), $"text {i}");
        }

        Assert.That(generator.Dimensions, Is.EqualTo(_model.Hidden));
    }

    [Test]
    public async Task Generator_ServesTheSemanticClassifier()
    {
        using OnnxEmbeddingGenerator generator = Load(new() { ModelPath = _folder.Path });
        SemanticClassifier classifier = new(generator, new()
        {
            Routes = [new() { Name = "capitals", Complexity = 0.1, Examples = [Texts[2]] }, new() { Name = "models", Complexity = 0.9, Examples = [Texts[0]] }],
            MinSimilarity = 0.9,
        });

        Classification answer = await classifier.ClassifyAsync(new RoutingRequest([new ChatMessage(ChatRole.User, Texts[2])]), CancellationToken.None);

        Assert.That(answer.Label, Is.EqualTo("capitals"));
    }

    [Test]
    public async Task Generate_OfNothing_IsNothing()
    {
        using OnnxEmbeddingGenerator generator = Load(new() { ModelPath = _folder.Path });

        Assert.That(await generator.GenerateAsync([]), Is.Empty);
    }

    [Test]
    public void Generate_OfACallerWhoHasGivenUp_IsCancelled()
    {
        using OnnxEmbeddingGenerator generator = Load(new() { ModelPath = _folder.Path });

        Assert.That(() => generator.GenerateAsync(Texts, null, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Description("What goes wrong is in the task, whatever it is: callers may hold it before they await it.")]
    public async Task Generate_AfterItsEnd_IsATaskThatFailed()
    {
        OnnxEmbeddingGenerator generator = Load(new() { ModelPath = _folder.Path });
        generator.Dispose();

        Task<GeneratedEmbeddings<Embedding<float>>> failed = generator.GenerateAsync(Texts);

        await Assert.ThatAsync(() => failed, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Load_OfAModelWithOtherInputs_SaysSo()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([1f], input: "pixel_values"), ["unused"]);

        Assert.That(() => Load(new() { ModelPath = _folder.Path }), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("'pixel_values'"));
    }

    private static OnnxEmbeddingGenerator Load(OnnxEmbeddingSettings settings) =>
        OnnxEmbeddingGenerator.Load(settings with { Session = new() { Device = OnnxDevice.Cpu, Threads = 1 } });
}
