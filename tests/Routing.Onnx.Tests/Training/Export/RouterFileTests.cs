using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training.Export;

public sealed class RouterFileTests
{
    private static readonly Lazy<TrainedRouter> Router = new(static () => Train(TrainingTarget.Pair("strong", "weak")));

    [Test]
    public void Load_ScoresAsWhatWasSaved([Values(TrainingTargetKind.Pair, TrainingTargetKind.Pool, TrainingTargetKind.Complexity)] TrainingTargetKind kind)
    {
        TrainedRouter router = kind switch
        {
            TrainingTargetKind.Pair => Router.Value,
            TrainingTargetKind.Pool => Train(TrainingTarget.Pool(["strong", "weak"])),
            _ => Train(TrainingTarget.Complexity),
        };
        TrainedRouter loaded = TrainedRouter.Load(new MemoryStream(Save(router)));
        double[] expected = new double[router.Outputs.Length];
        double[] actual = new double[router.Outputs.Length];

        foreach (string text in new[] { "", "integral theorem", "weather recipe", "something else entirely" })
        {
            router.Score(text, expected);
            loaded.Score(text, actual);
            Assert.That(actual, Is.EqualTo(expected));
        }

        Assert.That(loaded.Outputs, Is.EqualTo(router.Outputs));
        Assert.That(loaded.Report.Fingerprint, Is.EqualTo(router.Report.Fingerprint));
        Assert.That(loaded.Report.Families, Is.EqualTo(router.Report.Families));
    }

    [Test]
    public void Load_ScoresAsTheNetworkThatWasSaved()
    {
        TrainedRouter router = Train(TrainingTarget.Pair("strong", "weak"), TrainerFamilies.All);
        TrainedRouter loaded = TrainedRouter.Load(new MemoryStream(Save(router)));
        double[] expected = new double[3];
        double[] actual = new double[3];

        foreach (string text in new[] { "", "integral theorem", "weather recipe", "something else entirely" })
        {
            router.Score(text, expected);
            loaded.Score(text, actual);
            Assert.That(actual, Is.EqualTo(expected));
        }

        Assert.That(loaded.Model.Network, Is.Not.Null);
        Assert.That(loaded.Report.Families, Is.EqualTo(router.Report.Families));
    }

    [Test]
    [Description("A file without a network is what it always was, so that libraries which know none go on reading it; one with a network they refuse.")]
    public void Save_RaisesTheFormatForANetworkAlone()
    {
        Assert.That(Encoding.Latin1.GetString(Save(Router.Value)), Does.Contain("format\u0012\u00012").And.Not.Contain("network"));
        Assert.That(
            Encoding.Latin1.GetString(Save(Train(TrainingTarget.Complexity, [TrainerFamilies.Network]))), Does.Contain("format\u0012\u00013").And.Contain("network.hidden"));
    }

    [Test]
    [Description("The router that ships was written by an earlier build: what has no embeddings is written as it always was, byte for byte.")]
    public void Save_OfAPlainRouter_GivesTheBytesOfEarlierBuilds()
    {
        byte[] earlier = File.ReadAllBytes(Path.Combine(Repository.Root, "src", "Routing.Onnx", "Learned", "default-model.onnx"));

        Assert.That(Save(TrainedRouter.Load(new MemoryStream(earlier))), Is.EqualTo(earlier));
    }

    [Test]
    public void Load_ScoresAsTheRouterWithEmbeddingsThatWasSaved()
    {
        TrainedRouter router = Embedded.Pair.Value;
        byte[] bytes = Save(router, new() { ["promise"] = 0.125 });
        TrainedRouter loaded = TrainedRouter.Load(new MemoryStream(bytes));
        double[] expected = new double[3];
        double[] actual = new double[3];

        foreach (bool isHard in new[] { true, false })
        {
            float[] embedding = SyntheticEmbeddings.Embed(Embedded.Text, isHard);
            router.Score(Embedded.Text, embedding, expected);
            loaded.Score(Embedded.Text, embedding, actual);
            Assert.That(actual, Is.EqualTo(expected));
        }

        Assert.That(loaded.EmbeddingLength, Is.EqualTo(SyntheticEmbeddings.Length));
        Assert.That(loaded.Report.Embedding, Is.EqualTo(router.Report.Embedding));
        Assert.That(loaded.Report.Embedding!.ModelId, Is.EqualTo("embedder-1"));
        Assert.That(Save(loaded), Is.EqualTo(bytes));
        Assert.That(Encoding.Latin1.GetString(bytes), Does.Contain("format\u0012\u00014"));
    }

    [Test]
    [Description("Earlier builds refuse every format that they do not name, as this one does.")]
    public void Load_RefusesAFormatThatItDoesNotKnow()
    {
        byte[] bytes = Replace(Save(Embedded.Pair.Value), "format\u0012\u00014", "format\u0012\u00015");

        Assert.That(() => TrainedRouter.Load(new MemoryStream(bytes)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("format 5").And.Message.Contains("formats 2 to 4"));
    }

    [Test]
    public void Load_RefusesARouterWithEmbeddingsThatIsCutOffAnywhere()
    {
        byte[] bytes = Save(Embedded.Pair.Value);

        for (int cut = 0; cut < bytes.Length; cut += 1 + (bytes.Length / 97))
        {
            Assert.That(() => TrainedRouter.Load(new MemoryStream(bytes[..cut])), Throws.TypeOf<InvalidDataException>(), $"cut at {cut}");
        }
    }

    [Test]
    [Description("Privacy: the file of a router holds neither a training text nor an embedding as it was given.")]
    public void Save_OfARouterWithEmbeddings_HoldsNoTextAndNoEmbedding()
    {
        byte[] bytes = Save(Embedded.Pair.Value);
        LabelledRequest request = SyntheticEmbeddings.Make(300, isInformative: true)[3];

        Assert.That(Encoding.Latin1.GetString(bytes), Does.Not.Contain("please").And.Not.Contain(request.Text!));
        Assert.That(bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes(request.Embedding.AsSpan()[..4])), Is.Negative);
    }

    [Test]
    [Description("S23 a host decides by the costs that the trainer learned; a file without them holds no trace of them")]
    public void Load_TellsTheCostsThatWereSaved()
    {
        TrainedRouter router = Learnt.Costed.Value;
        TrainedRouter loaded = TrainedRouter.Load(new MemoryStream(Save(router)));
        double[] expected = new double[2];
        double[] actual = new double[2];

        foreach (string text in new[] { "", "integral theorem", "weather recipe", "something else entirely" })
        {
            router.Score(text, new double[3], expected, out _);
            loaded.Score(text, new double[3], actual, out _);
            Assert.That(actual, Is.EqualTo(expected).And.All.Positive);
        }

        Assert.That(Save(loaded, new()), Is.EqualTo(Save(router)));
        Assert.That(Encoding.Latin1.GetString(Save(router)), Does.Contain("format\u0012\u00012").And.Contain("costs.offset"), "whoever knows no costs scores as before");
        Assert.That(Encoding.Latin1.GetString(Save(Router.Value)), Does.Not.Contain("costs"));
    }

    [Test]
    public void Load_RefusesCostsThatDoNotFit()
    {
        byte[] bytes = Replace(Save(Learnt.Costed.Value), "models\u0012\u0011[\"strong\",\"weak\"]", "models\u0012\u0011[\"a\",\"b\",\"cdefg\"]");

        Assert.That(() => TrainedRouter.Load(new MemoryStream(bytes)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("costs"));
    }

    [Test]
    public void Save_KeepsThresholds()
    {
        TrainedRouter loaded = TrainedRouter.Load(new MemoryStream(Save(Router.Value, new() { ["loss-1pct"] = 0.125 })));

        Assert.That(loaded.Thresholds["loss-1pct"], Is.EqualTo(0.125));
        Assert.That(TrainedRouter.Load(new MemoryStream(Save(loaded))).Thresholds["loss-1pct"], Is.EqualTo(0.125));
    }

    [Test]
    public void Load_RefusesAFeatureVersionThatItDoesNotKnow()
    {
        byte[] bytes = Replace(Save(Router.Value), "feature_version\u0012\u00011", "feature_version\u0012\u00012");

        Assert.That(() => TrainedRouter.Load(new MemoryStream(bytes)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("version 2"));
    }

    [Test]
    public void Load_RefusesOtherOnnxFiles()
    {
        byte[] bytes = Replace(Save(Router.Value), "llmrouting.router", "something.others");

        Assert.That(() => TrainedRouter.Load(new MemoryStream(bytes)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("no router"));
    }

    [Test]
    public void Load_RefusesWhatIsCutOffAnywhere()
    {
        byte[] bytes = Save(Router.Value);

        for (int cut = 0; cut < bytes.Length; cut += 1 + (bytes.Length / 97))
        {
            Assert.That(() => TrainedRouter.Load(new MemoryStream(bytes[..cut])), Throws.TypeOf<InvalidDataException>(), $"cut at {cut}");
        }
    }

    [Test]
    [Description("Privacy: the file of a router holds hashes and numbers, no training text.")]
    public void Save_HoldsNoTrainingText()
    {
        string all = Encoding.Latin1.GetString(Save(Router.Value));

        Assert.That(all, Does.Not.Contain("eigenvalue").And.Not.Contain("holiday"));
    }

    [Test]
    public async Task Save_IsAcceptedByOnnxsOwnChecker([Values("plain", "costs", "embeddings")] string what)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.onnx");
        (what switch { "costs" => Learnt.Costed, "embeddings" => Embedded.Pair, _ => Router }).Value.Save(path);
        try
        {
            (int code, string output) = await Python($"import onnx; onnx.checker.check_model(onnx.load(r'{path}'), full_check=True); print('accepted')");
            Assert.That(output, Does.Contain("accepted"), $"exit code {code}");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<(int Code, string Output)> Python(string code)
    {
        foreach (string python in new[] { "/usr/bin/python3", "python3", "python" })
        {
            if (await Run(python, "import onnx") is (0, _))
            {
                return await Run(python, code) ?? default;
            }
        }

        Assert.Ignore("No Python with the package onnx is installed (Debian: python3-onnx), so its checker cannot be asked.");
        return default;
    }

    private static async Task<(int Code, string Output)?> Run(string python, string code)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", code]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, output + await errors);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static TrainedRouter Train(TrainingTarget target) => Train(target, TrainerFamilies.Default);

    private static TrainedRouter Train(TrainingTarget target, ImmutableArray<string> families) =>
        new RouterTrainer(new TrainerOptions { Target = target, Threads = 1, Dimensions = 16, Families = families }).Train(SyntheticRequests.Make(150));

    private static byte[] Save(TrainedRouter router, Dictionary<string, double>? thresholds = null)
    {
        using var stream = new MemoryStream();
        router.Save(stream, thresholds);
        return stream.ToArray();
    }

    private static byte[] Replace(byte[] bytes, string from, string to)
    {
        int at = bytes.AsSpan().IndexOf(Encoding.Latin1.GetBytes(from));
        Assert.That(at, Is.Positive);
        byte[] changed = [.. bytes];
        Encoding.Latin1.GetBytes(to.PadRight(from.Length, '.')).CopyTo(changed, at);
        return changed;
    }
}
