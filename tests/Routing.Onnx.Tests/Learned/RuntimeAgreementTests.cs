using LlmRouting.Learning;
using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tests.Native;
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
    public void Scores_OfTheDefaultModel_AgreeWithOnnxRuntime() => AssertAgree(DefaultModel.Router);

    [Test]
    [Description("S23 what calls cost is a second output; the first is what it always was")]
    public void Costs_AgreeWithOnnxRuntime()
    {
        AssertAgree(Learnt.Costed.Value);
        OrtRuntime runtime = RuntimeNeeded.Load();
        using var file = new MemoryStream();
        Learnt.Costed.Value.Save(file);
        using OrtSessionOptions options = new(runtime);
        using OrtSession session = OrtSession.Open(runtime, file.ToArray(), "router", options);
        var hasher = new FeatureHasher(Learnt.Costed.Value.Model.Lexicon.Features);
        double[] managed = new double[2];
        foreach (string text in Texts)
        {
            Learnt.Costed.Value.Score(text, new double[3], managed, out _);
            float[] native = Run(session, hasher.Hash(text), output: 1);

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
            router.Score(text, managed);
            float[] native = Run(session, hasher.Hash(text));

            Assert.That(native, Has.Length.EqualTo(managed.Length));
            for (int i = 0; i < managed.Length; i++)
            {
                Assert.That(native[i], Is.EqualTo(managed[i]).Within(1e-5), $"{router.Outputs[i]} of a text of {text.Length} characters");
            }
        }
    }

    private static float[] Run(OrtSession session, HashedFeatures features, int output = 0)
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
        var result = new OrtTensor(OrtElementType.Float);
        session.Run([.. session.Inputs.Select(input => byName[input.Name])], output, result);
        return result.As<float>().ToArray();
    }
}
