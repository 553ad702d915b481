using LlmRouting.Learning;
using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tests.Native;
using LlmRouting.Onnx.Tests.Training;
using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Tests.Learned;

/// <summary>Asks ONNX Runtime for the scores that managed code gives.</summary>
public sealed class RuntimeAgreementTests
{
    private static readonly string[] Texts =
    [
        "", "hello", Learnt.HardText, Learnt.EasyText, "What is the capital of France?", "\u4eca\u5929\u5929\u6c14\u600e\u4e48\u6837",
        string.Concat(Enumerable.Repeat("Prove that the square root of 2 is irrational, step by step. ", 300)),
    ];

    [Test]
    public void Scores_AgreeWithOnnxRuntime([Values] TrainingTargetKind kind) =>
        AssertAgree(kind switch
        {
            TrainingTargetKind.Pair => Learnt.Pair.Value,
            TrainingTargetKind.Pool => Learnt.Pool.Value,
            _ => Learnt.Complexity.Value,
        });

    [Test]
    public void Scores_OfANetwork_AgreeWithOnnxRuntime([Values] TrainingTargetKind kind, [Values] bool isAlone)
    {
        TrainedRouter router = Learnt.WithNetwork(kind, isAlone);

        Assert.That(router.Model.Network, Is.Not.Null);
        AssertAgree(router);
    }

    [Test]
    public void Scores_OfEmbeddings_AgreeWithOnnxRuntime([Values] TrainingTargetKind kind, [Values] bool withNetwork)
    {
        TrainedRouter router = Embedded.Train(
            kind switch
            {
                TrainingTargetKind.Pair => TrainingTarget.Pair("strong", "weak"),
                TrainingTargetKind.Pool => TrainingTarget.Pool(["strong", "weak"]),
                _ => TrainingTarget.Complexity,
            },
            withNetwork: withNetwork);

        Assert.That(router.EmbeddingLength, Is.Positive);
        AssertAgree(router);
    }

    [Test]
    public void Scores_OfTheDefaultModel_AgreeWithOnnxRuntime() => AssertAgree(DefaultModel.Router);

    [Test]
    [Description("S23 what calls cost is a second output; the first is what it always was")]
    public void Costs_AgreeWithOnnxRuntime([Values] bool withEmbeddings)
    {
        TrainedRouter router = (withEmbeddings ? Embedded.Costed : Learnt.Costed).Value;
        AssertAgree(router);
        OrtRuntime runtime = RuntimeNeeded.Load();
        using var file = new MemoryStream();
        router.Save(file);
        using OrtSessionOptions options = new(runtime);
        using OrtSession session = OrtSession.Open(runtime, file.ToArray(), "router", options);
        var hasher = new FeatureHasher(router.Model.Lexicon.Features);
        double[] managed = new double[2];
        foreach (string text in Texts)
        {
            float[] embedding = Embedding(router, text);
            router.Score(text, embedding, new double[3], managed, out _);
            float[] native = Run(session, hasher.Hash(text), embedding, output: 1);

            Assert.That(native, Is.EqualTo(managed).Within(1e-3).Percent, $"a text of {text.Length} characters");
        }

        Assert.That(session.Outputs.Select(static output => output.Name), Is.EqualTo(new[] { "scores", "costs" }));
    }

    private static void AssertAgree(TrainedRouter router)
    {
        OrtRuntime runtime = RuntimeNeeded.Load();
        using var file = new MemoryStream();
        router.Save(file);
        using OrtSessionOptions options = new(runtime);
        options.SetThreads(1);
        using OrtSession session = OrtSession.Open(runtime, file.ToArray(), "router", options);
        var hasher = new FeatureHasher(router.Model.Lexicon.Features);
        double[] managed = new double[router.Outputs.Length];
        foreach (string text in Texts)
        {
            float[] embedding = Embedding(router, text);
            router.Score(text, embedding, managed);
            float[] native = Run(session, hasher.Hash(text), embedding);

            Assert.That(native, Has.Length.EqualTo(managed.Length));
            for (int i = 0; i < managed.Length; i++)
            {
                Assert.That(native[i], Is.EqualTo(managed[i]).Within(1e-5), $"{router.Outputs[i]} of a text of {text.Length} characters");
            }
        }
    }

    // Texts of either kind, one next to the training requests' mean, and one with the scale of no unit vector.
    private static float[] Embedding(TrainedRouter router, string text) => router.EmbeddingLength == 0 ? [] : text.Length switch
    {
        0 => [.. Enumerable.Repeat(1f, router.EmbeddingLength)],
        5 => [.. SyntheticEmbeddings.Embed(text, isHard: true).Select(static value => value * 1e6f)],
        _ => SyntheticEmbeddings.Embed(text, text.Length % 2 == 0),
    };

    private static float[] Run(OrtSession session, HashedFeatures features, float[] embedding, int output = 0)
    {
        // A text without features is one pair of zeros.
        int length = Math.Max(1, features.Indices.Length);
        var indices = new OrtTensor(OrtElementType.Int64);
        var counts = new OrtTensor(OrtElementType.Float);
        var dense = new OrtTensor(OrtElementType.Float);
        indices.Resize(length);
        counts.Resize(length);
        dense.Resize(1, features.Dense.Length);
        indices.As<long>().Clear();
        counts.As<float>().Clear();
        for (int i = 0; i < features.Indices.Length; i++)
        {
            indices.As<long>()[i] = features.Indices[i];
            counts.As<float>()[i] = features.Counts[i];
        }

        features.Dense.AsSpan().CopyTo(dense.As<float>());
        Dictionary<string, OrtTensor> byName = new() { ["indices"] = indices, ["counts"] = counts, ["dense"] = dense };
        if (embedding.Length > 0)
        {
            byName["embedding"] = new OrtTensor(OrtElementType.Float);
            byName["embedding"].Resize(1, embedding.Length);
            embedding.CopyTo(byName["embedding"].As<float>());
        }

        Assert.That(session.Inputs.Select(static input => input.Name), Is.EquivalentTo(byName.Keys));
        var result = new OrtTensor(OrtElementType.Float);
        session.Run([.. session.Inputs.Select(input => byName[input.Name])], output, result);
        return result.As<float>().ToArray();
    }
}
